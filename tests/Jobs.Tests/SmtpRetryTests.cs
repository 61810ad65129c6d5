using Visuels.Jobs.Ledger;
using Visuels.Testing;

namespace Visuels.Jobs.Tests;

/// <summary>What becomes of mails that a server does not take.</summary>
public sealed class SmtpRetryTests : SmtpScene
{
    // Dates in the store have milliseconds.
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData(SmtpBehaviour.Busy, "smtp 421 on connecting")]
    [InlineData(SmtpBehaviour.Closed, "smtp 554 on connecting")]
    [InlineData(SmtpBehaviour.Greylist, "smtp 451")]
    public async Task What_may_pass_is_tried_again_with_growing_pauses_until_it_is_sent(SmtpBehaviour behaviour, string error)
    {
        Smtp.Behaviour = behaviour;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await App.PassTimeAsync(Clock, rows => rows is [var one] && one.Log.Count == attempt, $"failed {attempt} times");
            var row = Assert.Single(await App.RowsAsync());
            Assert.Equal((MailStates.Queued, error), (row.State, row.Log[^1].Detail));
            var longest = TimeSpan.FromSeconds(5) * Math.Pow(2, attempt - 1);
            Assert.InRange(row.DueAt!.Value - row.Log[^1].At, (longest / 2) - Rounding, longest + Rounding);
        }

        Smtp.Behaviour = SmtpBehaviour.Accept;
        await App.PassTimeAsync(Clock, rows => rows is [{ State: MailStates.Sent }], "sent in the end");

        Assert.Single(Smtp.Messages);
    }

    [Fact]
    public async Task A_mail_is_not_tried_before_its_time()
    {
        Smtp.Behaviour = SmtpBehaviour.Greylist;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);

        Assert.Null(await App.Store().LeaseAsync(fresh: false, TimeSpan.FromMinutes(1), Ct));
        Clock.Advance(TimeSpan.FromSeconds(2));
        // The next mail is taken at once, the failed one is left alone.
        Smtp.Behaviour = SmtpBehaviour.Accept;
        await App.Bus.PublishAsync(Samples.KnownAddress("b@example.com"));

        await App.RowAsync(MailStates.Sent, row => row.To == "b@example.com");
        Assert.Equal(1, (await App.RowsAsync()).Single(row => row.To == "a@example.com").Attempts);
    }

    [Fact]
    public async Task A_refusal_for_good_parks_the_mail_at_once_and_stops_nothing_behind_it()
    {
        Smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("gone@example.com"));
        var parked = await App.RowAsync(MailStates.Parked);
        Assert.Equal((1, "smtp 550"), (parked.Attempts, Assert.Single(parked.Log).Detail));
        Assert.Null(parked.DueAt);

        Smtp.Behaviour = SmtpBehaviour.Accept;
        Clock.Advance(TimeSpan.FromDays(1));
        await App.Bus.PublishAsync(Samples.KnownAddress("here@example.com"));

        await App.RowAsync(MailStates.Sent, row => row.To == "here@example.com");
        Assert.Equal(1, (await App.RowAsync(MailStates.Parked)).Attempts);
    }

    [Fact]
    public async Task A_mail_that_keeps_failing_is_parked_after_the_last_try()
    {
        Smtp.Behaviour = SmtpBehaviour.Greylist;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));

        await App.PassTimeAsync(Clock, rows => rows is [{ State: MailStates.Parked }], "parked");

        var row = Assert.Single(await App.RowsAsync());
        Assert.Equal((48, 48), (row.Attempts, row.Log.Count));
        Assert.InRange(Clock.GetUtcNow() - Samples.Start, TimeSpan.FromHours(18), TimeSpan.FromHours(45));
        Assert.NotNull(row.Model);
    }

    [Fact]
    public async Task A_mail_that_may_have_been_taken_comes_again_under_the_same_id()
    {
        Smtp.Behaviour = SmtpBehaviour.CutAfterData;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        var row = await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);
        Assert.Equal("smtp connection", row.Log[0].Detail);

        Smtp.Behaviour = SmtpBehaviour.Accept;
        await App.PassTimeAsync(Clock, rows => rows is [{ State: MailStates.Sent }], "sent");

        Assert.Equal(2, Smtp.Messages.Count);
        Assert.Single(Smtp.Received.Select(mail => mail.MessageId).Distinct());
    }

    [Fact]
    public async Task A_greylisting_server_gets_the_mail_at_the_fourth_try_and_once()
    {
        (Smtp.Behaviour, Smtp.GreylistedTries) = (SmtpBehaviour.Greylist, 3);
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));

        await App.PassTimeAsync(Clock, rows => rows is [{ State: MailStates.Sent }], "sent");

        Assert.Equal(4, Assert.Single(await App.RowsAsync()).Attempts);
        Assert.Single(Smtp.Accepted);
    }

    [Fact]
    public async Task The_id_of_a_mail_stays_when_the_sender_changes_between_attempts()
    {
        Smtp.Behaviour = SmtpBehaviour.CutAfterData;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);
        await App.App.StopAsync(Ct);
        Smtp.Behaviour = SmtpBehaviour.Accept;

        var moved = await JobsApp.StartAsync(test =>
        {
            UseSmtp(test);
            test.Settings["Smtp:From"] = "Visuels <hello@moved.example>";
            test.Restarts = App;
        });
        await moved.PassTimeAsync(Clock, rows => rows is [{ State: MailStates.Sent }], "sent");
        await moved.StopAsync();

        Assert.Equal(2, Smtp.Received.Count);
        Assert.Equal(Assert.Single(await App.RowsAsync()).MessageId, Assert.Single(Smtp.Received.Select(mail => mail.MessageId).Distinct()));
    }
}
