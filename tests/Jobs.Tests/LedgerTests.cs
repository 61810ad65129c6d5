using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Jobs.Ledger;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

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
    public async Task Only_operators_and_the_service_itself_may_look_and_retry(string method, string path)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(App.Anonymous));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(App.Client("nonsense")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(App.AsService("order", "product")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(App.As(ObjectId.GenerateNewId(), Roles.User)));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(App.As(ObjectId.GenerateNewId(), Roles.Artist)));
        var expected = path.Contains("any", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.OK;
        Assert.Equal(expected, await StatusAsync(Admin));
        Assert.Equal(expected, await StatusAsync(App.AsService("jobs", "jobs")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(App.AsService("order", "jobs")));

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
    [InlineData("since=yesterday")]
    [InlineData("since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z")]
    public async Task A_bad_query_is_refused(string query)
    {
        var response = await Admin.GetAsync($"/internal/mails?{query}", Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_query", (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
    }

    [Fact]
    [Proves(Requirement.EventSealing)]
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
        Assert.Equal(["parked", "sent"], sent.Log.Select(entry => entry.State));
        Assert.Single(_smtp.Messages);
        var shown = await Admin.GetFromJsonAsync<JsonElement>($"/internal/mails/{row.Id}", Ct);
        var retry = Assert.Single(shown.GetProperty("retries").EnumerateArray());
        Assert.Equal(operatorId.ToString(), retry.GetProperty("by").GetString());
        Assert.Equal(Samples.Start, retry.GetProperty("at").GetDateTimeOffset());
        Assert.Equal(sent.MessageId, shown.GetProperty("messageId").GetString());
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
            var response = await App.AsService("jobs", "jobs").PostAsync("/internal/mails/retry", null, Ct);
            return (await response.Content.ReadFromJsonAsync<RetryResponse>(JsonSerializerOptions.Web, Ct))!.Retried;
        }));

        Assert.Equal(2, answers.Sum());
        await Eventually.Until(async () => (await App.RowsAsync()).Count(row => row.State == MailStates.Sent) == 3, "all but the expired one are sent");
        Assert.Equal(3, _smtp.Messages.Count);
        Assert.Equal("expired", (await App.RowAsync(MailStates.Parked)).Log[^1].Detail);
    }

    [Theory]
    [InlineData("template=code", "code")]
    [InlineData("address=B@example.com", "b")]
    [InlineData("since=2026-03-01T12:00:02Z", "b code")]
    [InlineData("until=2026-03-01T12:00:01Z", "a")]
    [InlineData("since=2026-03-01T12:00:01Z&until=2026-03-01T12:00:03Z", "c b")]
    [InlineData("state=parked&template=known-address&since=2026-03-01T12:00:01Z", "c b")]
    [InlineData("template=welcome", "")]
    [InlineData("since=2026-03-01T13:00:02%2B01:00", "b code")]
    public async Task A_filter_chooses_what_is_listed_and_what_is_tried_again(string filter, string expected)
    {
        _smtp.Behaviour = SmtpBehaviour.Refuse;
        string[] addresses = ["a@example.com", "c@example.com", "b@example.com"];
        foreach (var address in addresses)
        {
            await App.Bus.PublishAsync(Samples.KnownAddress(address));
            await Eventually.Until(async () => (await App.RowsAsync()).Exists(row => row.To == address && row.State == MailStates.Parked), address);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await App.Bus.PublishAsync(Samples.Code(App, "code@example.com", "135791", Samples.Start.AddHours(1)));
        await App.SettledAsync(4);

        var listed = (await ListAsync($"?{filter}")).Mails.Reverse().Select(mail => mail.To!.Split('@')[0]);
        Assert.Equal(expected, string.Join(' ', listed));

        _smtp.Behaviour = SmtpBehaviour.Accept;
        var response = await Admin.PostAsync($"/internal/mails/retry?{filter}", null, Ct);

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, (await response.Content.ReadFromJsonAsync<RetryResponse>(JsonSerializerOptions.Web, Ct))!.Retried);
        await App.SettledAsync(4);
        var sent = (await App.RowsAsync()).Where(row => row.State == MailStates.Sent).OrderBy(row => row.CreatedAt).Select(row => row.To!.Split('@')[0]);
        Assert.Equal(expected, string.Join(' ', sent));
    }

    [Theory]
    [InlineData("state=sent")]
    [InlineData("until=soon")]
    [InlineData("since=2026-03-02T00:00:00Z&until=2026-03-02T00:00:00Z")]
    public async Task A_bad_filter_retries_nothing(string filter)
    {
        _smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.SettledAsync(1);

        var response = await Admin.PostAsync($"/internal/mails/retry?{filter}", null, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_query", (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
        Assert.Empty((await App.RowAsync(MailStates.Parked)).Retries);
    }

    [Fact]
    public async Task Many_who_ask_for_one_mail_at_once_get_one_try()
    {
        _smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        var row = await App.RowAsync(MailStates.Parked);
        _smtp.Behaviour = SmtpBehaviour.Hold;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Admin.PostAsync($"/internal/mails/{row.Id}/retry", null, Ct)));
        _smtp.Release();

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Single((await App.RowAsync(MailStates.Sent)).Retries);
        Assert.Single(_smtp.Messages);
    }

    [Fact]
    public async Task What_became_of_a_mail_is_kept_for_the_last_hundred_attempts_and_retries()
    {
        _smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        var row = await App.RowAsync(MailStates.Parked);

        for (var i = 0; i < 110; i++)
        {
            await App.Store().RetryAsync(row.Id, $"operator {i}", Ct);
            var leased = await App.Store().LeaseAsync(fresh: false, TimeSpan.FromMinutes(1), Ct);
            await App.Store().SettleAsync(leased!, new MailOutcome(MailStates.Parked, "a@example.com", $"smtp {i}"), Ct);
        }

        row = await App.RowAsync(MailStates.Parked);
        Assert.Equal((100, "smtp 109"), (row.Log.Count, row.Log[^1].Detail));
        Assert.Equal((100, "operator 109"), (row.Retries.Count, row.Retries[^1].By));
    }

    [Fact]
    public async Task Sent_mails_are_forgotten_after_a_while_parked_ones_later_and_those_that_wait_never()
    {
        await App.Bus.PublishAsync(Samples.KnownAddress("sent@example.com"));
        await App.SettledAsync(1);
        _smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("parked@example.com"));
        await App.SettledAsync(2);
        _smtp.Behaviour = SmtpBehaviour.Greylist;
        await App.Bus.PublishAsync(Samples.KnownAddress("waits@example.com"));
        await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);
        var retention = App.Services.GetRequiredService<MailRetention>();
        // The dispatcher has no part in this, and its clock would have to be fed for it to stay idle.
        await App.App.StopAsync(Ct);

        Assert.Equal("parked sent waits", await AfterAsync(90));
        Assert.Equal("parked waits", await AfterAsync(0.1));
        Assert.Equal("parked waits", await AfterAsync(274.8));
        Assert.Equal("waits", await AfterAsync(0.2));

        async Task<string> AfterAsync(double days)
        {
            _clock.Advance(TimeSpan.FromDays(days));
            await retention.RunAsync(Ct);
            return string.Join(' ', (await App.RowsAsync()).Select(row => row.To!.Split('@')[0]).Order());
        }
    }

    [Fact]
    public async Task A_mail_that_is_sent_or_expired_cannot_be_tried_again()
    {
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.Bus.PublishAsync(Samples.Code(App, "late@example.com", "135791", Samples.Start));
        await App.SettledAsync(2);

        _smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("forgotten@example.com"));
        await App.SettledAsync(3);
        await App.Rows().UpdateOneAsync(row => row.To == "forgotten@example.com", Builders<Mail>.Update.Unset(row => row.Model), cancellationToken: Ct);
        _smtp.Behaviour = SmtpBehaviour.Greylist;
        await App.Bus.PublishAsync(Samples.KnownAddress("waits@example.com"));
        await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);
        var why = new Dictionary<string, string>
        {
            ["a"] = "The mail is sent already.",
            ["late"] = "The mail has expired; what it says is of no use any more.",
            ["forgotten"] = "What the mail says is not kept any more.",
            ["waits"] = "The mail is not parked: it is tried again by itself.",
        };

        foreach (var row in await App.RowsAsync())
        {
            var response = await Admin.PostAsync($"/internal/mails/{row.Id}/retry", null, Ct);

            Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
            Assert.Equal("illegal_transition", problem.GetProperty("code").GetString());
            Assert.Equal(why[row.To!.Split('@')[0]], problem.GetProperty("detail").GetString());
        }

        Assert.Single(_smtp.Messages);
    }

    private async Task<MailList> ListAsync(string query) =>
        (await Admin.GetFromJsonAsync<MailList>($"/internal/mails{query}", JsonSerializerOptions.Web, Ct))!;

    private sealed record MailList(IReadOnlyList<MailItem> Mails, string? NextCursor);

    private sealed record MailItem(string Id, string? To, string State);
}
