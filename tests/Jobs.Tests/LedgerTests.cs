using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Jobs.Ledger;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Jobs.Tests;

/// <summary>What operators see of the mails, and how long it is kept.</summary>
public sealed class LedgerTests : SmtpScene
{
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
        Assert.Equal(expected, await StatusAsync(App.Admin()));
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
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.SettledAsync(4);

        Assert.Equal(["parked", "sent", "sent", "sent"], (await App.ListAsync("")).Mails.Select(mail => mail.State));
        Assert.Equal(["a@example.com", "b@example.com", "a@example.com"], (await App.ListAsync("?state=sent")).Mails.Select(mail => mail.To));
        Assert.Equal(3, (await App.ListAsync("?address=A@Example.com")).Mails.Count);
        Assert.Equal(2, (await App.ListAsync("?address=a@example.com&state=sent")).Mails.Count);

        var first = await App.ListAsync("?limit=2");
        var second = await App.ListAsync($"?limit=2&cursor={first.NextCursor}");
        Assert.Null(second.NextCursor);
        Assert.Equal((await App.ListAsync("")).Mails.Select(mail => mail.Id), first.Mails.Concat(second.Mails).Select(mail => mail.Id));
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
        var response = await App.Admin().GetAsync($"/internal/mails?{query}", Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_query", (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
    }

    [Fact]
    [Proves(Requirement.EventSealing)]
    public async Task What_a_mail_says_is_shown_to_nobody()
    {
        Smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.Code(App, "a@example.com", Samples.TellTaleCode, Samples.Start.AddMinutes(5), name: "Secret Name"));
        var row = await App.RowAsync(MailStates.Parked);

        var list = await App.Admin().GetStringAsync("/internal/mails", Ct);
        var one = await App.Admin().GetStringAsync($"/internal/mails/{row.Id}", Ct);

        Assert.NotNull(row.Model);
        Assert.All([list, one], body =>
        {
            Assert.Contains("a@example.com", body, StringComparison.Ordinal);
            Assert.DoesNotContain(row.Model, body, StringComparison.Ordinal);
            Assert.DoesNotContain("model", body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Samples.TellTaleCode, body, StringComparison.Ordinal);
            Assert.DoesNotContain("Secret Name", body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task What_became_of_a_mail_is_kept_for_the_last_hundred_attempts_and_retries()
    {
        Smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        var row = await App.RowAsync(MailStates.Parked);
        // Else the dispatcher might take one of them.
        await App.App.StopAsync(Ct);

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
        Smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("parked@example.com"));
        await App.SettledAsync(2);
        Smtp.Behaviour = SmtpBehaviour.Greylist;
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
            Clock.Advance(TimeSpan.FromDays(days));
            await retention.RunAsync(Ct);
            return string.Join(' ', (await App.RowsAsync()).Select(row => row.To!.Split('@')[0]).Order());
        }
    }
}
