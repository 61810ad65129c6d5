using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

public sealed class CrashTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_before_a_power_cut_is_there_and_its_consequences_follow()
    {
        // The mail that was being sent at the cut is free again within the test.
        string[] lease = ["--Mail:Lease=00:00:10", "--Smtp:Timeout=00:00:05"];
        var data = TemporaryFolder.Create("visuels-crash-");
        var ports = FreePorts.Next(6);
        var entrance = Entrance.Storefront(ports);
        string productId, orderId, secondId;

        await using var before = await AllInOneProcess.StartAsync(Ct, ports, ["--data", data, .. lease]);
        using var artist = await Person.SignUpAsync(entrance, before.Mailbox, "artist", "ARTIST", Ct);
        using var buyer = await Person.SignUpAsync(entrance, before.Mailbox, "buyer", "USER", Ct);
        using var second = await Person.SignUpAsync(entrance, before.Mailbox, "second", "USER", Ct);
        productId = (await artist.CreateProductAsync("Cut short", Ct)).Text("_id");
        orderId = await OrderAsync(buyer, productId);
        secondId = await OrderAsync(second, productId);
        await artist.PatchAsync("order", $"/order/{orderId}", new { status = "ACCEPTED" }).ExpectAsync(HttpStatusCode.OK, Ct);
        await before.KillAsync();

        await using var after = await AllInOneProcess.StartAsync(Ct, ports, ["--data", data, .. lease]);

        await TradeFlow.IsSoldAsync(buyer, second, productId, orderId, secondId, Ct);
        // Of each mail one row, sent: before the cut or after it.
        await Eventually.Until(async () => (await MailsAsync(after, data, buyer.Email)).Count == 2 + 2, "all mails are in the ledger");
        await Eventually.Until(async () => (await MailsAsync(after, data, second.Email)).Count == 2 + 2, "all mails are in the ledger");
        await Eventually.Until(async () => (await MailsAsync(after, data, artist.Email)).Count == 2 + 2, "all mails are in the ledger");
        foreach (var person in new[] { artist, buyer, second })
        {
            await Eventually.Until(async () => (await MailsAsync(after, data, person.Email)).All(state => state == "sent"), "all mails are sent");
        }
    }

    [Fact]
    public async Task Stopping_and_starting_again_keeps_everything()
    {
        var data = TemporaryFolder.Create("visuels-restart-");
        var ports = FreePorts.Next(6);
        await using var before = await AllInOneProcess.StartAsync(Ct, ports, "--data", data);
        using var artist = await Person.SignUpAsync(Entrance.Storefront(ports), before.Mailbox, "artist", "ARTIST", Ct);
        var product = await artist.CreateProductAsync("Still here", Ct);
        Assert.Equal(0, await before.TerminateAsync(Ct));

        await using var after = await AllInOneProcess.StartAsync(Ct, ports, "--data", data);

        // The session of before the restart is good, and so are the images.
        await artist.GetAsync("auth", "/auth/me").ExpectAsync(HttpStatusCode.OK, Ct);
        var found = await artist.GetAsync("product", $"/products/{product.Text("_id")}").ExpectAsync(HttpStatusCode.OK, Ct);
        using var http = new HttpClient();
        var image = await http.GetAsync(found.GetProperty("product").GetProperty("images")[0].Text("url"), Ct);
        Assert.Equal(HttpStatusCode.OK, image.StatusCode);
        Assert.Contains("mara@visuels.example", after.Output, StringComparison.Ordinal);
    }

    private static async Task<string> OrderAsync(Person buyer, string productId) =>
        (await buyer.PostAsync("order", "/order/create", new { productId }).ExpectAsync(HttpStatusCode.Created, Ct)).GetProperty("order").Text("_id");

    /// <summary>The states of a recipient's mails in Jobs' ledger.</summary>
    private static async Task<IReadOnlyList<string>> MailsAsync(AllInOneProcess all, string data, string email)
    {
        using var http = new HttpClient();
        var call = new Uri($"http://localhost:{Entrance.PortOf(all.PortBase, "jobs")}/internal/mails?address={Uri.EscapeDataString(email)}");
        var token = new TestKeys(Path.Combine(data, "keys")).ServiceToken("jobs", "jobs", HttpMethod.Get, call);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var ledger = JsonDocument.Parse(await http.GetStringAsync(call, Ct));
        return [.. ledger.RootElement.GetProperty("mails").EnumerateArray().Select(mail => mail.Text("state"))];
    }
}
