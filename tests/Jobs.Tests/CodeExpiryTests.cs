using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Jobs.Ledger;
using Visuels.Testing;

namespace Visuels.Jobs.Tests;

/// <summary>Codes that wait for a server, and are worthless before long.</summary>
public sealed class CodeExpiryTests : SmtpScene
{
    [Fact]
    public async Task While_a_mail_waits_its_content_is_sealed()
    {
        Smtp.Behaviour = SmtpBehaviour.Busy;

        await App.Bus.PublishAsync(Samples.Code(App, Samples.NewAddress(), Samples.TellTaleCode, Samples.Start.AddMinutes(5), name: "Nobody Else"));

        await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);
        var document = await App.Database.GetCollection<BsonDocument>("mails").Find(new BsonDocument()).SingleAsync(Ct);
        Assert.True(document.Contains("model"));
        Assert.DoesNotContain(Samples.TellTaleCode, document.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Nobody Else", document.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_that_expires_while_the_server_is_away_is_not_sent_when_it_is_back()
    {
        Smtp.Behaviour = SmtpBehaviour.Busy;
        await App.Bus.PublishAsync(Samples.Code(App, Samples.NewAddress(), "550199", Samples.Start.AddMinutes(5)));
        await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);

        Smtp.Behaviour = SmtpBehaviour.Accept;
        Clock.Advance(TimeSpan.FromMinutes(5));
        await App.PassTimeAsync(Clock, rows => rows is [{ State: MailStates.Parked }], "parked");

        var row = Assert.Single(await App.RowsAsync());
        Assert.Equal("expired", row.Log[^1].Detail);
        Assert.Empty(Smtp.Messages);
    }

    [Fact]
    public async Task A_code_that_waits_for_another_try_is_given_up_when_it_expires_and_no_later()
    {
        Smtp.Behaviour = SmtpBehaviour.Greylist;
        var expiry = Samples.Start.AddSeconds(2);

        await App.Bus.PublishAsync(Samples.Code(App, Samples.NewAddress(), "550199", expiry));

        var row = await App.RowAsync(MailStates.Queued, row => row.Log.Count == 1);
        Assert.Equal(expiry, row.DueAt);
    }

    [Fact]
    public async Task An_attempt_that_hangs_ends_when_its_code_expires()
    {
        Smtp.Behaviour = SmtpBehaviour.Hang;
        await App.Bus.PublishAsync(Samples.Code(App, Samples.NewAddress(), "550199", Samples.Start.AddSeconds(3)));
        await Eventually.Until(() => Smtp.Connections == 1, "the server is called");

        Clock.Advance(TimeSpan.FromSeconds(3));

        var row = await App.RowAsync(MailStates.Parked);
        Assert.Equal("expired", Assert.Single(row.Log).Detail);
        Assert.Null(row.Model);
    }
}
