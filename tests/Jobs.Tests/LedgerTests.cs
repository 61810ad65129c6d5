using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using Visuels.Jobs.Ledger;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Jobs.Tests;

public sealed class LedgerTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(Samples.Start);
    private readonly FakeSmtpServer _smtp = new();
    private ServiceUnderTest? _service;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ServiceUnderTest App => _service!;

    private HttpClient Admin => App.As(ObjectId.GenerateNewId(), Roles.Admin);

    public async ValueTask InitializeAsync() => _service = await JobsApp.StartAsync(test =>
    {
        (test.Settings["Smtp:Host"], test.Settings["Smtp:Port"]) = ("127.0.0.1", _smtp.Port);
        test.Clock = _clock;
    });

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _smtp.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/internal/mails")]
    [InlineData("GET", "/internal/mails/any")]
    [InlineData("POST", "/internal/mails/any/retry")]
    [InlineData("POST", "/internal/mails/retry")]
    public async Task Only_operators_and_services_may_look_and_retry(string method, string path)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(App.Anonymous));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(App.Client("nonsense")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(App.AsService("order", "product")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(App.As(ObjectId.GenerateNewId(), Roles.User)));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(App.As(ObjectId.GenerateNewId(), Roles.Artist)));
        var expected = path.Contains("any", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.OK;
        Assert.Equal(expected, await StatusAsync(Admin));
        Assert.Equal(expected, await StatusAsync(App.AsService("order", "jobs")));

        async Task<HttpStatusCode> StatusAsync(HttpClient client)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var response = await client.SendAsync(request, Ct);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Mails_are_listed_newest_first_by_state_and_address_and_page_by_page()
    {
        string[] addresses = ["a@example.com", "b@example.com", "a@example.com"];
        for (var i = 0; i < addresses.Length; i++)
        {
            await App.Bus.PublishAsync(Samples.KnownAddress(addresses[i]));
            await App.SettledAsync(i + 1);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.SettledAsync(4);

        Assert.Equal(["parked", "sent", "sent", "sent"], (await ListAsync("")).Mails.Select(mail => mail.State));
        Assert.Equal(["a@example.com", "b@example.com", "a@example.com"], (await ListAsync("?state=sent")).Mails.Select(mail => mail.To));
        Assert.Equal(3, (await ListAsync("?address=A@Example.com")).Mails.Count);
        Assert.Equal(2, (await ListAsync("?address=a@example.com&state=sent")).Mails.Count);

        var first = await ListAsync("?limit=2");
        var second = await ListAsync($"?limit=2&cursor={first.NextCursor}");
        Assert.Null(second.NextCursor);
        Assert.Equal((await ListAsync("")).Mails.Select(mail => mail.Id), first.Mails.Concat(second.Mails).Select(mail => mail.Id));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=many")]
    [InlineData("state=lost")]
    [InlineData("cursor=abc")]
    public async Task A_bad_query_is_refused(string query)
    {
        var response = await Admin.GetAsync($"/internal/mails?{query}", Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_query", (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task What_a_mail_says_is_shown_to_nobody()
    {
        _smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.Code(App, "a@example.com", "246802", Samples.Start.AddMinutes(5), name: "Secret Name"));
        var row = await App.RowAsync(MailStates.Parked);

        var list = await Admin.GetStringAsync("/internal/mails", Ct);
        var one = await Admin.GetStringAsync($"/internal/mails/{row.Id}", Ct);

        Assert.NotNull(row.Model);
        Assert.All([list, one], body =>
        {
            Assert.Contains("a@example.com", body, StringComparison.Ordinal);
            Assert.DoesNotContain(row.Model, body, StringComparison.Ordinal);
            Assert.DoesNotContain("model", body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("246802", body, StringComparison.Ordinal);
            Assert.DoesNotContain("Secret Name", body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_parked_mail_is_sent_when_an_operator_asks_for_it_and_the_log_says_who()
    {
        _smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        var row = await App.RowAsync(MailStates.Parked);
        var operatorId = ObjectId.GenerateNewId();
        _smtp.Behaviour = SmtpBehaviour.Accept;

        var response = await App.As(operatorId, Roles.Admin).PostAsync($"/internal/mails/{row.Id}/retry", null, Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var sent = await App.RowAsync(MailStates.Sent);
        Assert.Equal(["parked", "queued", "sent"], sent.Log.Select(entry => entry.State));
        Assert.Equal($"retry asked for by {operatorId}", sent.Log[1].Detail);
        Assert.Single(_smtp.Messages);
    }

    [Fact]
    public async Task All_parked_mails_can_be_tried_again_at_once_and_no_other()
    {
        await App.Bus.PublishAsync(Samples.KnownAddress("sent@example.com"));
        await App.SettledAsync(1);
        _smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.Bus.PublishAsync(Samples.KnownAddress("b@example.com"));
        await App.Bus.PublishAsync(Samples.Code(App, "late@example.com", "135791", Samples.Start));
        await App.SettledAsync(4);
        _smtp.Behaviour = SmtpBehaviour.Accept;

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var response = await App.AsService("order", "jobs").PostAsync("/internal/mails/retry", null, Ct);
            return (await response.Content.ReadFromJsonAsync<RetryResponse>(JsonSerializerOptions.Web, Ct))!.Retried;
        }));

        Assert.Equal(2, answers.Sum());
        await Eventually.Until(async () => (await App.RowsAsync()).Count(row => row.State == MailStates.Sent) == 3, "all but the expired one are sent");
        Assert.Equal(3, _smtp.Messages.Count);
        Assert.Equal("expired", (await App.RowAsync(MailStates.Parked)).Log[^1].Detail);
    }

    [Fact]
    public async Task A_mail_that_is_sent_or_expired_cannot_be_tried_again()
    {
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.Bus.PublishAsync(Samples.Code(App, "late@example.com", "135791", Samples.Start));
        await App.SettledAsync(2);

        foreach (var row in await App.RowsAsync())
        {
            var response = await Admin.PostAsync($"/internal/mails/{row.Id}/retry", null, Ct);

            Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
            Assert.Equal("illegal_transition", (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
        }

        Assert.Single(_smtp.Messages);
    }

    private async Task<MailList> ListAsync(string query) =>
        (await Admin.GetFromJsonAsync<MailList>($"/internal/mails{query}", JsonSerializerOptions.Web, Ct))!;

    private sealed record MailList(IReadOnlyList<MailItem> Mails, string? NextCursor);

    private sealed record MailItem(string Id, string? To, string State);
}
