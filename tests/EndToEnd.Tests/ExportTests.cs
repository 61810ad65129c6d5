using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Visuels.EndToEnd.Tests.Access;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests;

/// <summary>Two buyers deal with the same artist; each gets what is theirs.</summary>
[Collection<SharedMarket>]
[Proves(Requirement.AccountLife)]
public sealed class ExportTests(Market market)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.ObjectRights)]
    public async Task A_users_download_holds_all_of_theirs_and_no_byte_of_a_strangers()
    {
        await DealAsync(market.Buyer, "first");
        await DealAsync(market.OtherBuyer, "second");

        var mine = await ExportAsync(market.Buyer, "gateway");

        var text = mine.GetRawText();
        foreach (var own in new[] { market.Buyer.Id.ToString(), market.Buyer.Email, "said-by-first", "asked-by-first", "answer-to-first", "in-cart-of-first", "complaint-of-first" })
        {
            Assert.Contains(own, text, StringComparison.Ordinal);
        }

        foreach (var foreign in new[] { market.OtherBuyer.Id.ToString(), market.OtherBuyer.Email, market.OtherBuyer.Username, "-second", market.Artist.Email, market.Operator.Email })
        {
            Assert.DoesNotContain(foreign, text, StringComparison.Ordinal);
        }

        Assert.Equal("artist", mine.GetProperty("order").GetProperty("orders")[0].GetProperty("with").Text("name"));
        Assert.Single(mine.GetProperty("product").GetProperty("likes").EnumerateArray());
        Assert.Single(mine.GetProperty("chat").GetProperty("blocks").EnumerateArray());
        var mails = await Eventually.Until(
            async () => (await ExportAsync(market.Buyer, "auth")).GetProperty("jobs").GetProperty("mails").EnumerateArray().ToList() is { Count: > 0 } found ? found : null, "mails are told of");
        Assert.All(mails, mail => Assert.Equal(market.Buyer.Email, mail.GetProperty("to").GetString() ?? market.Buyer.Email));
    }

    [Fact]
    public async Task An_artists_download_has_the_orders_of_others_without_their_addresses()
    {
        await DealAsync(market.Buyer, "third");

        var text = (await ExportAsync(market.Artist, "gateway")).GetRawText();

        Assert.Contains("asked-by-third", text, StringComparison.Ordinal);
        Assert.Contains("said-by-third", text, StringComparison.Ordinal);
        Assert.Contains("Harbour", text, StringComparison.Ordinal);
        Assert.DoesNotContain(market.Buyer.Email, text, StringComparison.Ordinal);
        Assert.DoesNotContain("in-cart-of-third", text, StringComparison.Ordinal);
        Assert.DoesNotContain("complaint-of-third", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("product", "/api/v1/products/internal/export")]
    [InlineData("order", "/api/v1/order/internal/export")]
    [InlineData("chat", "/api/v1/message/internal/export")]
    [InlineData("jobs", "/internal/export")]
    [Proves(Requirement.ServiceTokens)]
    public async Task A_service_gives_nothing_to_Auth_without_the_users_own_good_token(string service, string path)
    {
        var call = new Uri(market.AddressOf(service), path);
        foreach (var (header, value) in new[]
        {
            ("x-user-id", market.Buyer.Id.ToString()), ("X-User-Token", ""), ("X-User-Token", "garbage"), ("X-User-Token", market.Blocked[Roles.User].Token),
            ("X-User-Token", market.Keys.AccessToken(market.Buyer.Id, Roles.User, DateTimeOffset.UtcNow.AddHours(-1))),
            ("Cookie", $"token={market.Buyer.Token}"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, call);
            request.Headers.Authorization = new("Bearer", market.Keys.ServiceToken("auth", service, HttpMethod.Get, call));
            request.Headers.TryAddWithoutValidation(header, value);
            using var response = await market.Http.SendAsync(request, Ct);
            Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{header}: {response.StatusCode}");
        }

        // The user's token alone is not enough either.
        using var alone = new HttpRequestMessage(HttpMethod.Get, call) { Headers = { { "X-User-Token", market.Buyer.Token }, { "Authorization", $"Bearer {market.Buyer.Token}" } } };
        using var refused = await market.Http.SendAsync(alone, Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private async Task DealAsync(Someone buyer, string who)
    {
        var (artwork, _) = await market.ListArtworkAsync(market.Artist);
        var (wanted, _) = await market.ListArtworkAsync(market.Artist);
        await SendAsync("order", HttpMethod.Post, "/api/v1/order/create", buyer, new { productId = artwork, requirement = $"asked-by-{who}" }, HttpStatusCode.Created);
        await SendAsync("order", HttpMethod.Put, $"/api/v1/order/cart/items/{wanted}", buyer, new { quantity = 1, requirement = $"in-cart-of-{who}" }, HttpStatusCode.OK);
        await SendAsync("product", HttpMethod.Delete, $"/api/v1/products/{artwork}/like", buyer, null, HttpStatusCode.OK);
        if (who != "third")
        {
            await SendAsync("product", HttpMethod.Put, $"/api/v1/products/{artwork}/like", buyer, null, HttpStatusCode.OK);
        }

        await SendAsync("chat", HttpMethod.Post, $"/api/v1/message/send/{market.Artist.Id}", buyer, new { content = $"said-by-{who}", type = "TEXT" }, HttpStatusCode.Created);
        await SendAsync("chat", HttpMethod.Post, $"/api/v1/message/send/{buyer.Id}", market.Artist, new { content = $"answer-to-{who}", type = "TEXT" }, HttpStatusCode.Created);
        // An open report is not made twice, and of one about oneself one's own download must not tell either.
        var reported = who == "third" ? market.Artist : market.OtherArtist;
        await SendAsync("chat", HttpMethod.Post, "/api/v1/message/reports", buyer, new { userId = reported.Id.ToString(), reason = $"complaint-of-{who}" }, null);
        await SendAsync("chat", HttpMethod.Put, $"/api/v1/message/blocks/{market.OtherArtist.Id}", buyer, null, HttpStatusCode.NoContent);
    }

    private async Task SendAsync(string service, HttpMethod method, string path, Someone person, object? body, HttpStatusCode? expected)
    {
        using var response = await market.SendAsync(service, method, path, person.Token, body is null ? null : JsonContent.Create(body));
        Assert.True(expected is null ? response.IsSuccessStatusCode : response.StatusCode == expected, $"{method} {path}: {response.StatusCode}");
    }

    private Task<JsonElement> ExportAsync(Someone person, string entrance) =>
        market.SendAsync(entrance, HttpMethod.Get, "/api/v1/auth/me/export", person.Token).ExpectAsync(HttpStatusCode.OK, Ct);
}
