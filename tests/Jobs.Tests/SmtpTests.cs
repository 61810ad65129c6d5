using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using MongoDB.Bson;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Jobs.Tests;

public sealed class SmtpTests : IAsyncLifetime
{
    // Dates in the store have milliseconds.
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _clock = new(Samples.Start);
    private readonly FakeSmtpServer _smtp = new();
    private ServiceUnderTest? _service;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ServiceUnderTest App => _service!;

    public async ValueTask InitializeAsync() => _service = await JobsApp.StartAsync(UseSmtp);

    public async ValueTask DisposeAsync()
    {
        // What hangs there need not be waited for.
        await _smtp.DisposeAsync();
        await App.DisposeAsync();
    }

    [Fact]
    public async Task A_mail_is_handed_over_with_a_text_and_an_HTML_part_and_a_stable_id()
    {
        await App.Bus.PublishAsync(Samples.KnownAddress("zoe@example.com", "Zoë"));

        var row = await App.RowAsync(MailStates.Sent);
        var message = await ParseAsync(Assert.Single(_smtp.Messages));
        Assert.Equal("zoe@example.com", Assert.Single(_smtp.Recipients));
        Assert.Equal("Visuels <no-reply@visuels.example>", message.From.ToString().Replace("\"", "", StringComparison.Ordinal));
        Assert.Equal("Zoë", Assert.Single(message.To.Mailboxes).Name);
        Assert.Equal($"{row.Id}@visuels.example", message.MessageId);
        Assert.Equal(Samples.Start, message.Date);
        Assert.Contains("Hello Zoë,", message.TextBody, StringComparison.Ordinal);
        Assert.Contains("<html", message.HtmlBody, StringComparison.Ordinal);
        Assert.Equal([MailStates.Sent], row.Log.Select(entry => entry.State));
    }

    [Theory]
    [InlineData(SmtpBehaviour.Busy, "smtp 421 on connecting")]
    [InlineData(SmtpBehaviour.Closed, "smtp 554 on connecting")]
    [InlineData(SmtpBehaviour.Greylist, "smtp 451")]
    public async Task What_may_pass_is_tried_again_with_growing_pauses_until_it_is_sent(SmtpBehaviour behaviour, string error)
    {
        _smtp.Behaviour = behaviour;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await App.PassTimeAsync(_clock, rows => rows is [var one] && one.Log.Count == attempt, $"failed {attempt} times");
            var row = Assert.Single(await App.RowsAsync());
            Assert.Equal((MailStates.Queued, error), (row.State, row.Log[^1].Detail));
            var longest = TimeSpan.FromSeconds(5) * Math.Pow(2, attempt - 1);
            Assert.InRange(row.DueAt!.Value - row.Log[^1].At, (longest / 2) - Rounding, longest + Rounding);
        }

        _smtp.Behaviour = SmtpBehaviour.Accept;
        await App.PassTimeAsync(_clock, rows => rows is [{ State: MailStates.Sent }], "sent in the end");

        Assert.Single(_smtp.Messages);
    }

    [Fact]
    public async Task A_mail_is_not_tried_before_its_time()
    {
        _smtp.Behaviour = SmtpBehaviour.Greylist;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);

        Assert.Null(await App.Store().LeaseAsync(fresh: false, TimeSpan.FromMinutes(1), Ct));
        _clock.Advance(TimeSpan.FromSeconds(2));
        // The next mail is taken at once, the failed one is left alone.
        _smtp.Behaviour = SmtpBehaviour.Accept;
        await App.Bus.PublishAsync(Samples.KnownAddress("b@example.com"));

        await App.RowAsync(MailStates.Sent, row => row.To == "b@example.com");
        Assert.Equal(1, (await App.RowsAsync()).Single(row => row.To == "a@example.com").Attempts);
    }

    [Fact]
    public async Task A_refusal_for_good_parks_the_mail_at_once_and_stops_nothing_behind_it()
    {
        _smtp.Behaviour = SmtpBehaviour.Refuse;
        await App.Bus.PublishAsync(Samples.KnownAddress("gone@example.com"));
        var parked = await App.RowAsync(MailStates.Parked);
        Assert.Equal((1, "smtp 550"), (parked.Attempts, Assert.Single(parked.Log).Detail));
        Assert.Null(parked.DueAt);

        _smtp.Behaviour = SmtpBehaviour.Accept;
        _clock.Advance(TimeSpan.FromDays(1));
        await App.Bus.PublishAsync(Samples.KnownAddress("here@example.com"));

        await App.RowAsync(MailStates.Sent, row => row.To == "here@example.com");
        Assert.Equal(1, (await App.RowAsync(MailStates.Parked)).Attempts);
    }

    [Fact]
    public async Task A_mail_that_keeps_failing_is_parked_after_the_last_try()
    {
        _smtp.Behaviour = SmtpBehaviour.Greylist;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));

        await App.PassTimeAsync(_clock, rows => rows is [{ State: MailStates.Parked }], "parked");

        var row = Assert.Single(await App.RowsAsync());
        Assert.Equal((48, 48), (row.Attempts, row.Log.Count));
        Assert.InRange(_clock.GetUtcNow() - Samples.Start, TimeSpan.FromHours(18), TimeSpan.FromHours(45));
        Assert.NotNull(row.Model);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_after_fifteen_seconds()
    {
        _smtp.Behaviour = SmtpBehaviour.Hang;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await Eventually.Until(() => Task.FromResult(_smtp.Connections == 1), "the server is called");
        Assert.Equal(MailStates.Sending, Assert.Single(await App.RowsAsync()).State);

        await Eventually.Until(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return (await App.RowsAsync()).Single().Log.Count == 1;
            },
            "given up");

        Assert.Equal("smtp timeout", (await App.RowsAsync()).Single().Log[0].Detail);
        Assert.InRange(_clock.GetUtcNow(), Samples.Start.AddSeconds(15), DateTimeOffset.MaxValue);
    }

    [Fact]
    public async Task A_mail_that_may_have_been_taken_comes_again_under_the_same_id()
    {
        _smtp.Behaviour = SmtpBehaviour.CutAfterData;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        var row = await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);
        Assert.Equal("smtp connection", row.Log[0].Detail);

        _smtp.Behaviour = SmtpBehaviour.Accept;
        await App.PassTimeAsync(_clock, rows => rows is [{ State: MailStates.Sent }], "sent");

        Assert.Equal(2, _smtp.Messages.Count);
        var ids = await Task.WhenAll(_smtp.Messages.Select(async raw => (await ParseAsync(raw)).MessageId));
        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task Many_mails_share_a_few_connections_and_arrive_once_each()
    {
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => App.Bus.PublishAsync(Samples.KnownAddress($"a{i}@example.com"))));

        await App.SettledAsync(60);

        Assert.Equal(60, _smtp.Recipients.Distinct().Count());
        Assert.Equal(60, _smtp.Messages.Count);
        Assert.InRange(_smtp.Connections, 1, 40);
        await Eventually.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(_smtp.Open == 0);
            },
            "no connection is kept when there is nothing to send");
    }

    [Theory]
    [InlineData("Auto", false)]
    [InlineData("None", true)]
    [Proves(Requirement.Tls)]
    public async Task A_password_goes_over_an_open_line_only_when_that_is_asked_for(string security, bool isSent)
    {
        await using var app = await JobsApp.StartAsync(test =>
        {
            UseSmtp(test);
            test.Settings["Smtp:Security"] = security;
            test.Settings["Smtp:UserName"] = "jobs";
            test.Settings["Smtp:Password"] = "secret";
        });

        await app.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));

        var row = await Eventually.Until(async () => (await app.RowsAsync()).SingleOrDefault(row => row.Log.Count == 1), "tried");
        Assert.Equal(isSent ? null : "smtp without tls", row.Log[0].Detail);
        Assert.Equal(isSent ? 1 : 0, _smtp.SignIns);
    }

    [Fact]
    public async Task Stopping_finishes_what_was_begun()
    {
        _smtp.Behaviour = SmtpBehaviour.Hold;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await Eventually.Until(() => Task.FromResult(_smtp.Messages.Count == 1), "the server has the mail");

        var stopping = App.App.StopAsync(Ct);
        _smtp.Release();
        await stopping;

        Assert.Equal(MailStates.Sent, Assert.Single(await App.RowsAsync()).State);
    }

    [Fact]
    public async Task What_a_dead_process_left_is_taken_over_and_its_late_word_changes_nothing()
    {
        _smtp.Behaviour = SmtpBehaviour.Hang;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await Eventually.Until(() => Task.FromResult(_smtp.Connections == 1), "the first process is at it");

        // As good as dead: its clock stands still. The lease ends by the clock of the other one.
        _smtp.Behaviour = SmtpBehaviour.Accept;
        var later = new FakeTimeProvider(Samples.Start.AddMinutes(2));
        var second = await JobsApp.StartAsync(test =>
        {
            UseSmtp(test);
            (test.Clock, test.Restarts) = (later, App);
        });
        var sent = await App.RowAsync(MailStates.Sent);
        Assert.Equal(2, sent.Attempts);

        await second.StopAsync();
        _clock.Advance(TimeSpan.FromSeconds(30));
        await App.App.StopAsync(Ct);

        var row = Assert.Single(await App.RowsAsync());
        Assert.Equal((MailStates.Sent, 1), (row.State, row.Log.Count));
        Assert.Single(_smtp.Messages);
    }

    [Fact]
    public async Task Mails_that_hang_make_room_for_mails_to_others()
    {
        _smtp.ByRecipient = address => address.StartsWith("hang", StringComparison.Ordinal) ? SmtpBehaviour.Hang : null;
        const int Hanging = 12;
        for (var i = 0; i < Hanging; i++)
        {
            await App.Bus.PublishAsync(Samples.KnownAddress($"hang{i}@example.com"));
        }

        await Eventually.Until(() => _smtp.Recipients.Count == 4, "all places hang");
        await App.Bus.PublishAsync(Samples.KnownAddress("other@example.com"));
        await Eventually.Until(
            () =>
            {
                // No more than the bound on one attempt.
                if (_clock.GetUtcNow() < Samples.Start.AddSeconds(14))
                {
                    _clock.Advance(TimeSpan.FromMilliseconds(200));
                }

                return _smtp.Messages.Count == 1;
            },
            "the mail to the other is out");

        Assert.Equal("other@example.com", Assert.Single(_smtp.Accepted).Recipient);
        Assert.Equal(Hanging + 1, _smtp.Recipients.Distinct().Count());
    }

    [Fact]
    public async Task A_backlog_of_mails_that_are_tried_again_does_not_hold_up_new_ones()
    {
        _smtp.ByRecipient = address => address.StartsWith("grey", StringComparison.Ordinal) ? SmtpBehaviour.Greylist : null;
        for (var i = 0; i < 40; i++)
        {
            await App.Bus.PublishAsync(Samples.KnownAddress($"grey{i}@example.com"));
        }

        await Eventually.Until(async () => (await App.RowsAsync()).Count(row => row.Log.Count == 1) == 40, "all were turned away");
        // From now on the server does not even answer to those: whoever meets it first never gets on.
        _smtp.ByRecipient = address => address.StartsWith("grey", StringComparison.Ordinal) ? SmtpBehaviour.Hang : null;
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Eventually.Until(() => _smtp.Recipients.Count == 44, "their lane is full");

        await App.Bus.PublishAsync(Samples.KnownAddress("new@example.com"));

        await App.RowAsync(MailStates.Sent, row => row.To == "new@example.com");
        Assert.Equal(45, _smtp.Recipients.Count);
    }

    [Fact]
    public async Task A_greylisting_server_gets_the_mail_at_the_fourth_try_and_once()
    {
        (_smtp.Behaviour, _smtp.GreylistedTries) = (SmtpBehaviour.Greylist, 3);
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));

        await App.PassTimeAsync(_clock, rows => rows is [{ State: MailStates.Sent }], "sent");

        Assert.Equal(4, Assert.Single(await App.RowsAsync()).Attempts);
        Assert.Single(_smtp.Accepted);
    }

    [Fact]
    public async Task The_id_of_a_mail_stays_when_the_sender_changes_between_attempts()
    {
        _smtp.Behaviour = SmtpBehaviour.CutAfterData;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);
        await App.App.StopAsync(Ct);
        _smtp.Behaviour = SmtpBehaviour.Accept;

        var moved = await JobsApp.StartAsync(test =>
        {
            UseSmtp(test);
            test.Settings["Smtp:From"] = "Visuels <hello@moved.example>";
            test.Restarts = App;
        });
        await moved.PassTimeAsync(_clock, rows => rows is [{ State: MailStates.Sent }], "sent");
        await moved.StopAsync();

        Assert.Equal(2, _smtp.Received.Count);
        Assert.Equal(Assert.Single(await App.RowsAsync()).MessageId, Assert.Single(_smtp.Received.Select(mail => mail.MessageId).Distinct()));
    }

    [Fact]
    public async Task What_is_refused_for_good_is_tried_once_by_all_instances_together_and_not_again_after_a_start()
    {
        _smtp.Behaviour = SmtpBehaviour.Refuse;
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
        _clock.Advance(TimeSpan.FromDays(1));
        // A new mail behind them shows that the third instance has looked.
        await App.App.StopAsync(Ct);
        await third.Bus.PublishAsync(Samples.KnownAddress("last@example.com"));
        await App.SettledAsync(31);
        await third.StopAsync();

        Assert.All(await App.RowsAsync(), row => Assert.Equal((MailStates.Parked, 1, 1), (row.State, row.Attempts, row.Log.Count)));
        Assert.Equal(31, _smtp.Recipients.Count);
    }

    [Fact]
    public async Task What_a_row_is_made_of_may_be_broken_and_only_that_row_is_parked()
    {
        await App.App.StopAsync(Ct);
        var good = Row("good", MailTemplates.KnownAddress, JsonSerializer.Serialize(Samples.KnownAddress("good@example.com"), JsonSerializerOptions.Web));
        await App.Rows().InsertManyAsync(
            [
                Row("template", "gone-with-a-deployment", "{}"),
                Row("model", MailTemplates.KnownAddress, "[]"),
                Row("ids", MailTemplates.OrderPlaced, """{"orderId":"x","artistId":"nobody","buyerId":"nobody"}"""),
                Row("seal", MailTemplates.KnownAddress, "{}", seal: "v1.k9.AAAA.AAAA"),
                Row("none", MailTemplates.KnownAddress, "{}", seal: ""),
                good,
            ],
            cancellationToken: Ct);

        var restarted = await JobsApp.StartAsync(test =>
        {
            UseSmtp(test);
            test.Restarts = App;
        });
        await App.SettledAsync(6);
        await restarted.StopAsync();

        var rows = (await App.RowsAsync()).ToDictionary(row => row.Id);
        Assert.Equal(MailStates.Sent, rows["good"].State);
        Assert.All(rows.Values.Where(row => row.Id != "good"), row => Assert.Equal((MailStates.Parked, 1), (row.State, row.Attempts)));
        Assert.Equal(["unknown template", "JsonException", "FormatException", "seal cannot be opened", "seal cannot be opened"],
            new[] { "template", "model", "ids", "seal", "none" }.Select(id => rows[id].Log[^1].Detail));
        Assert.Equal("good@example.com", Assert.Single(_smtp.Recipients));

        Mail Row(string id, string template, string model, string? seal = null) => new()
        {
            Id = id,
            MessageId = $"{id}@visuels.example",
            Template = template,
            UserId = ObjectId.GenerateNewId(),
            Model = seal ?? App.Services.GetRequiredService<KeyFolder>().Ring("sealing.key").Seal(model, "mail-model", id),
            State = MailStates.Queued,
            Fresh = true,
            DueAt = Samples.Start,
            CreatedAt = Samples.Start,
        };
    }

    private void UseSmtp(TestSetup test)
    {
        (test.Settings["Smtp:Host"], test.Settings["Smtp:Port"]) = ("127.0.0.1", _smtp.Port);
        test.Clock = _clock;
    }

    private static async Task<MimeMessage> ParseAsync(string raw)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(raw));
        return await MimeMessage.LoadAsync(stream, Ct);
    }
}
