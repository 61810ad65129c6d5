using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using MongoDB.Bson;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Jobs.Tests;

/// <summary>How a mail is handed over.</summary>
public sealed class SmtpTests : SmtpScene
{
    [Fact]
    public async Task A_mail_is_handed_over_with_a_text_and_an_HTML_part_and_a_stable_id()
    {
        await App.Bus.PublishAsync(Samples.KnownAddress("zoe@example.com", "Zoë"));

        var row = await App.RowAsync(MailStates.Sent);
        var message = await ParseAsync(Assert.Single(Smtp.Messages));
        Assert.Equal("zoe@example.com", Assert.Single(Smtp.Recipients));
        Assert.Equal("Visuels <no-reply@visuels.example>", message.From.ToString().Replace("\"", "", StringComparison.Ordinal));
        Assert.Equal("Zoë", Assert.Single(message.To.Mailboxes).Name);
        Assert.Equal($"{row.Id}@visuels.example", message.MessageId);
        Assert.Equal(Samples.Start, message.Date);
        Assert.Contains("Hello Zoë,", message.TextBody, StringComparison.Ordinal);
        Assert.Contains("<html", message.HtmlBody, StringComparison.Ordinal);
        Assert.Equal([MailStates.Sent], row.Log.Select(entry => entry.State));
    }

    [Fact]
    public async Task Many_mails_share_a_few_connections_and_arrive_once_each()
    {
        // All are there before the first is out: a dispatcher that runs dry in between hangs up.
        Smtp.Behaviour = SmtpBehaviour.Hold;
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => App.Bus.PublishAsync(Samples.KnownAddress($"a{i}@example.com"))));
        await Eventually.Until(async () => (await App.RowsAsync()).Count == 60, "all are in the ledger");
        Smtp.Release();

        await App.SettledAsync(60);

        Assert.Equal(60, Smtp.Recipients.Distinct().Count());
        Assert.Equal(60, Smtp.Messages.Count);
        Assert.InRange(Smtp.Connections, 1, new MailOptions().Parallelism);
        await Eventually.Until(
            () =>
            {
                App.Wake();
                return Smtp.Open == 0;
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
        Assert.Equal(isSent ? 1 : 0, Smtp.SignIns);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_after_fifteen_seconds()
    {
        Smtp.Behaviour = SmtpBehaviour.Hang;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await Eventually.Until(() => Smtp.Connections == 1, "the server is called");
        Assert.Equal(MailStates.Sending, Assert.Single(await App.RowsAsync()).State);

        Clock.Advance(TimeSpan.FromSeconds(15));

        var entry = Assert.Single((await App.RowAsync(MailStates.Queued)).Log);
        Assert.Equal(("smtp timeout", Samples.Start.AddSeconds(15)), (entry.Detail, entry.At));
    }

    [Fact]
    public async Task Stopping_finishes_what_was_begun()
    {
        Smtp.Behaviour = SmtpBehaviour.Hold;
        await App.Bus.PublishAsync(Samples.KnownAddress("a@example.com"));
        await Eventually.Until(() => Task.FromResult(Smtp.Messages.Count == 1), "the server has the mail");

        var stopping = App.App.StopAsync(Ct);
        Smtp.Release();
        await stopping;

        Assert.Equal(MailStates.Sent, Assert.Single(await App.RowsAsync()).State);
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
        Assert.Equal("good@example.com", Assert.Single(Smtp.Recipients));

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

    private static async Task<MimeMessage> ParseAsync(string raw)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(raw));
        return await MimeMessage.LoadAsync(stream, Ct);
    }
}
