using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Accounts;
using Visuels.Jobs.Ledger;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Jobs.Tests;

public sealed class CodeMailTests(JobsApp jobs) : IClassFixture<JobsApp>
{
    private readonly ServiceUnderTest _app = jobs.Service;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_code_reaches_the_address_it_was_issued_for_and_stands_bare_in_the_text()
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(Samples.Code(_app, address, "048213"));

        var mail = await _app.MailToAsync(address);
        Assert.Equal("Visuels - Email Verification Code", mail.Subject);
        Assert.Equal(["048213"], Regex.Matches(mail.Text, @"\b\d{6}\b").Select(match => match.Value));
        Assert.Contains("048213", mail.Html, StringComparison.Ordinal);
        Assert.Contains("Ann", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_is_delivered_many_times_at_once_makes_one_mail()
    {
        var address = Samples.NewAddress();
        var issued = Samples.Code(_app, address, "111222");
        var messageId = Guid.CreateVersion7();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _app.Bus.PublishAsync(issued, messageId)));
        await _app.MailToAsync(address);
        await _app.Bus.PublishAsync(issued, messageId);
        // Another event behind it shows that the repetition has been read.
        var last = Samples.NewAddress();
        await _app.Bus.PublishAsync(Samples.Code(_app, last, "333444"));
        await _app.MailToAsync(last);

        Assert.Single(await _app.MailsToAsync(address));
        Assert.Single(await _app.RowsAsync(), row => row.To == address);
    }

    [Fact]
    public async Task Two_codes_make_two_mails()
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(Samples.Code(_app, address, "111111"));
        await _app.Bus.PublishAsync(Samples.Code(_app, address, "222222"));

        await Eventually.Until(async () => (await _app.MailsToAsync(address)).Count == 2, "both mails");
    }

    [Fact]
    public async Task A_code_is_never_in_the_database_or_in_the_logs_and_its_seal_goes_once_it_is_sent()
    {
        const string Code = Samples.TellTaleCode;
        var address = Samples.NewAddress();
        var issued = Samples.Code(_app, address, Code);

        await _app.Bus.PublishAsync(issued);
        await _app.MailToAsync(address);

        var row = await Eventually.Until(
            async () => (await _app.RowsAsync()).SingleOrDefault(mail => mail.To == address && mail.State == MailStates.Sent), "the row is sent");
        Assert.Null(row.Model);
        Assert.Null(row.DueAt);
        Assert.Equal(1, row.Attempts);
        var documents = await _app.Database.GetCollection<BsonDocument>("mails").Find(new BsonDocument()).ToListAsync(Ct);
        Assert.DoesNotContain(documents, document => document.ToString().Contains(Code, StringComparison.Ordinal));
        Assert.DoesNotContain(jobs.Logs.Lines, line => line.Contains(Code, StringComparison.Ordinal));
        Assert.DoesNotContain(jobs.Logs.Lines, line => line.StartsWith("Visuels.", StringComparison.Ordinal) && line.Contains(address, StringComparison.Ordinal));
        Assert.Contains(jobs.Logs.Lines, line => line.Contains(row.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_past_its_expiry_is_never_sent_and_its_seal_is_dropped()
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(Samples.Code(_app, address, "123123", DateTimeOffset.UtcNow.AddSeconds(-1)));

        var row = await Eventually.Until(
            async () => (await _app.RowsAsync()).SingleOrDefault(mail => mail.To == address && mail.State == MailStates.Parked), "the row is parked");
        Assert.Equal("expired", Assert.Single(row.Log).Detail);
        Assert.Null(row.Model);
        Assert.Empty(await _app.MailsToAsync(address));
    }

    [Theory]
    [Proves(Requirement.EventSealing)]
    [InlineData("address")]
    [InlineData("purpose")]
    [InlineData("id")]
    public async Task A_code_whose_event_somebody_has_altered_is_mailed_to_nobody_and_stops_nothing_behind_it(string altered)
    {
        var (unreadable, next) = (Samples.NewAddress(), Samples.NewAddress());
        var foreign = altered switch
        {
            "address" => Samples.Code(_app, Samples.NewAddress(), "765432") with { Email = unreadable },
            "purpose" => Samples.Code(_app, unreadable, "765432") with { Purpose = CodePurposes.ResetPassword },
            _ => Samples.Code(_app, unreadable, "765432") with { CodeId = JobsReading.NewId() },
        };

        await _app.Bus.PublishAsync(foreign);
        await _app.Bus.PublishAsync(Samples.Code(_app, next, "765433"));

        await _app.MailToAsync(next);
        var row = await Eventually.Until(
            async () => (await _app.RowsAsync()).SingleOrDefault(mail => mail.To == unreadable && mail.State == MailStates.Parked), "the row is parked");
        Assert.Equal("seal cannot be opened", row.Log[^1].Detail);
        Assert.Empty(await _app.MailsToAsync(unreadable));
    }
}
