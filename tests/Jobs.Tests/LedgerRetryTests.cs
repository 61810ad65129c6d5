using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Jobs.Ledger;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Jobs.Tests;

/// <summary>Parked mails, tried again by hand.</summary>
public sealed class LedgerRetryTests : SmtpScene
{
    [Fact]
    public async Task A_parked_mail_is_sent_when_an_operator_asks_for_it_and_the_log_says_who()
    {
        Smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        var row = await App.RowAsync(MailStates.Parked);
        var operatorId = ObjectId.GenerateNewId();
        Smtp.Behaviour = SmtpBehaviour.Accept;

        var response = await App.As(operatorId, Roles.Admin).PostAsync($"/internal/mails/{row.Id}/retry", null, Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var sent = await App.RowAsync(MailStates.Sent);
        Assert.Equal(["parked", "sent"], sent.Log.Select(entry => entry.State));
        Assert.Single(Smtp.Messages);
        var shown = await App.Admin().GetFromJsonAsync<JsonElement>($"/internal/mails/{row.Id}", Ct);
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
        Smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.Bus.PublishAsync(Samples.KnownAddress("b@example.com"));
        await App.Bus.PublishAsync(Samples.Code(App, "late@example.com", "135791", Samples.Start));
        await App.SettledAsync(4);
        Smtp.Behaviour = SmtpBehaviour.Accept;

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var response = await App.AsService("jobs", "jobs").PostAsync("/internal/mails/retry", null, Ct);
            return (await response.Content.ReadFromJsonAsync<RetryResponse>(JsonSerializerOptions.Web, Ct))!.Retried;
        }));

        Assert.Equal(2, answers.Sum());
        await Eventually.Until(async () => (await App.RowsAsync()).Count(row => row.State == MailStates.Sent) == 3, "all but the expired one are sent");
        Assert.Equal(3, Smtp.Messages.Count);
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
        Smtp.Behaviour = SmtpBehaviour.Refuse;
        string[] addresses = ["a@example.com", "c@example.com", "b@example.com"];
        foreach (var address in addresses)
        {
            await App.Bus.PublishAsync(Samples.KnownAddress(address));
            await Eventually.Until(async () => (await App.RowsAsync()).Exists(row => row.To == address && row.State == MailStates.Parked), address);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await App.Bus.PublishAsync(Samples.Code(App, "code@example.com", "135791", Samples.Start.AddHours(1)));
        await App.SettledAsync(4);

        var listed = (await App.ListAsync($"?{filter}")).Mails.Reverse().Select(mail => mail.To!.Split('@')[0]);
        Assert.Equal(expected, string.Join(' ', listed));

        Smtp.Behaviour = SmtpBehaviour.Accept;
        var response = await App.Admin().PostAsync($"/internal/mails/retry?{filter}", null, Ct);

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
        Smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.SettledAsync(1);

        var response = await App.Admin().PostAsync($"/internal/mails/retry?{filter}", null, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_query", (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
        Assert.Empty((await App.RowAsync(MailStates.Parked)).Retries);
    }

    [Fact]
    public async Task Many_who_ask_for_one_mail_at_once_get_one_try()
    {
        Smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        var row = await App.RowAsync(MailStates.Parked);
        Smtp.Behaviour = SmtpBehaviour.Hold;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => App.Admin().PostAsync($"/internal/mails/{row.Id}/retry", null, Ct)));
        Smtp.Release();

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Single((await App.RowAsync(MailStates.Sent)).Retries);
        Assert.Single(Smtp.Messages);
    }

    [Fact]
    public async Task A_mail_that_is_sent_or_expired_cannot_be_tried_again()
    {
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.Bus.PublishAsync(Samples.Code(App, "late@example.com", "135791", Samples.Start));
        await App.SettledAsync(2);

        Smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("forgotten@example.com"));
        await App.SettledAsync(3);
        await App.Rows().UpdateOneAsync(row => row.To == "forgotten@example.com", Builders<Mail>.Update.Unset(row => row.Model), cancellationToken: Ct);
        Smtp.Behaviour = SmtpBehaviour.Greylist;
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
            var response = await App.Admin().PostAsync($"/internal/mails/{row.Id}/retry", null, Ct);

            Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
            Assert.Equal("illegal_transition", problem.GetProperty("code").GetString());
            Assert.Equal(why[row.To!.Split('@')[0]], problem.GetProperty("detail").GetString());
        }

        Assert.Single(Smtp.Messages);
    }
}
