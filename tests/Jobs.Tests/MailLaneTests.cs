using Microsoft.Extensions.Time.Testing;
using Visuels.Jobs.Ledger;
using Visuels.Testing;

namespace Visuels.Jobs.Tests;

/// <summary>Mails that wait beside each other, and instances that work on the same ones.</summary>
public sealed class MailLaneTests : SmtpScene
{
    [Fact]
    public async Task Mails_that_hang_make_room_for_mails_to_others()
    {
        // However slow the machine is, the clock does not creep as far as to the bound on one attempt.
        await using var app = await JobsApp.StartAsync(test =>
        {
            UseSmtp(test);
            test.Settings["Mail:SlowAfter"] = "00:00:00.1";
            test.Settings["Smtp:Timeout"] = "00:00:20";
        });
        Smtp.ByRecipient = address => address.StartsWith("hang", StringComparison.Ordinal) ? SmtpBehaviour.Hang : null;
        const int Hanging = 12;
        for (var i = 0; i < Hanging; i++)
        {
            await app.Bus.PublishAsync(Samples.KnownAddress($"hang{i}@example.com"));
        }

        await Eventually.Until(async () => Smtp.Recipients.Count == 4 && (await app.RowsAsync()).Count == Hanging, "all places hang, and others wait");
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        await app.Bus.PublishAsync(Samples.KnownAddress("other@example.com"));
        await Eventually.Until(() => Smtp.Accepted.Count == 1, "the mail to the other is out", clock: Clock);

        Assert.All(
            (await app.RowsAsync()).Where(row => row.To != "other@example.com"), row => Assert.Equal((MailStates.Sending, 1), (row.State, row.Attempts)));
        Assert.Equal("other@example.com", Assert.Single(Smtp.Accepted).Recipient);
        await Eventually.Until(() => Smtp.Recipients.Distinct().Count() == Hanging + 1, "each of them has been tried");
    }

    [Fact]
    public async Task A_backlog_of_mails_that_are_tried_again_does_not_hold_up_new_ones()
    {
        Smtp.ByRecipient = address => address.StartsWith("grey", StringComparison.Ordinal) ? SmtpBehaviour.Greylist : null;
        for (var i = 0; i < 40; i++)
        {
            await App.Bus.PublishAsync(Samples.KnownAddress($"grey{i}@example.com"));
        }

        await Eventually.Until(async () => (await App.RowsAsync()).Count(row => row.Log.Count == 1) == 40, "all were turned away");
        // From now on the server does not even answer to those: whoever meets it first never gets on.
        Smtp.ByRecipient = address => address.StartsWith("grey", StringComparison.Ordinal) ? SmtpBehaviour.Hang : null;
        Clock.Advance(TimeSpan.FromSeconds(5));
        // It may not have begun to wait for that.
        App.Wake();
        await Eventually.Until(() => Smtp.Recipients.Count == 44, "their lane is full");

        await App.Bus.PublishAsync(Samples.KnownAddress("new@example.com"));

        await App.RowAsync(MailStates.Sent, row => row.To == "new@example.com");
        Assert.Equal(45, Smtp.Recipients.Count);
    }

    [Fact]
    public async Task What_a_dead_process_left_is_taken_over_and_its_late_word_changes_nothing()
    {
        Smtp.Behaviour = SmtpBehaviour.Hang;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await Eventually.Until(() => Task.FromResult(Smtp.Connections == 1), "the first process is at it");

        // As good as dead: its clock stands still. The lease ends by the clock of the other one.
        Smtp.Behaviour = SmtpBehaviour.Accept;
        var later = new FakeTimeProvider(Samples.Start.AddMinutes(2));
        var second = await JobsApp.StartAsync(test =>
        {
            UseSmtp(test);
            (test.Clock, test.Restarts) = (later, App);
        });
        var sent = await App.RowAsync(MailStates.Sent);
        Assert.Equal(2, sent.Attempts);

        await second.StopAsync();
        Clock.Advance(TimeSpan.FromSeconds(30));
        await App.App.StopAsync(Ct);

        var row = Assert.Single(await App.RowsAsync());
        Assert.Equal((MailStates.Sent, 1), (row.State, row.Log.Count));
        Assert.Single(Smtp.Messages);
    }

    [Fact]
    public async Task What_is_refused_for_good_is_tried_once_by_all_instances_together_and_not_again_after_a_start()
    {
        Smtp.Behaviour = SmtpBehaviour.Refuse;
        var second = await JobsApp.StartAsync(test =>
        {
            UseSmtp(test);
            test.Restarts = App;
        });
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => App.Bus.PublishAsync(Samples.KnownAddress($"a{i}@example.com"))));
        await App.SettledAsync(30);
        await second.StopAsync();

        var third = await JobsApp.StartAsync(test =>
        {
            UseSmtp(test);
            test.Restarts = App;
        });
        Clock.Advance(TimeSpan.FromDays(1));
        // A new mail behind them shows that the third instance has looked.
        await App.App.StopAsync(Ct);
        await third.Bus.PublishAsync(Samples.KnownAddress("last@example.com"));
        await App.SettledAsync(31);
        await third.StopAsync();

        Assert.All(await App.RowsAsync(), row => Assert.Equal((MailStates.Parked, 1, 1), (row.State, row.Attempts, row.Log.Count)));
        Assert.Equal(31, Smtp.Recipients.Count);
    }
}
