using MimeKit;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Jobs.Tests;

/// <summary>Jobs in front of a real SMTP conversation, which shows what a mail server would be told.</summary>
public sealed class SmtpApp : IAsyncLifetime
{
    private ServiceUnderTest? _service;

    internal FakeSmtpServer Smtp { get; } = new();

    internal ServiceUnderTest Service => _service!;

    public async ValueTask InitializeAsync() => _service = await JobsApp.StartAsync(
        test => (test.Settings["Smtp:Host"], test.Settings["Smtp:Port"]) = ("127.0.0.1", Smtp.Port));

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Smtp.DisposeAsync();
    }
}

[Proves(Requirement.Mail), Proves("T15")]
public sealed class InjectionTests(SmtpApp app) : IClassFixture<SmtpApp>
{
    private static readonly string[] Headers = ["Auto-Submitted", "Date", "From", "MIME-Version", "Message-Id", "Subject", "To"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("X\r\nBcc: evil@example.com")]
    [InlineData("X\nSubject: You have won\n\nClick here")]
    [InlineData("X\rTo: evil@example.com")]
    [InlineData("X\u2028Bcc: evil@example.com\u0085Cc: evil@example.com")]
    [InlineData("X\" <evil@example.com>, \"Y")]
    [InlineData("=?utf-8?Q?X=0D=0ABcc:_evil@example.com?=")]
    [InlineData("X\r\n.\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<evil@example.com>\r\nDATA\r\nX")]
    [InlineData("X\n.\nRCPT TO:<evil@example.com>\n")]
    [InlineData("<img src=x onerror=alert(1)><script>alert(1)</script>")]
    [InlineData("\"><a href=\"javascript:alert(1)\">x</a><!--")]
    [InlineData("{{7*7}} ${7*7} <%= 7*7 %> #{7*7}")]
    [InlineData("invoice\u202Efdp.exe\u2066\u202D")]
    public async Task What_people_call_themselves_and_their_works_is_text_in_every_mail_and_goes_to_nobody_else(string hostile)
    {
        var (service, smtp) = (app.Service, app.Smtp);
        var (buyer, artist) = (service.Auth.Add("Ben", Roles.User), service.Auth.Add("Ada", Roles.Artist));
        (service.Auth.Users[buyer.Id], service.Auth.Users[artist.Id]) = (buyer with { Name = hostile }, artist with { Name = hostile });
        var own = Enumerable.Range(0, 6).Select(_ => Samples.NewAddress()).ToList();

        await service.Bus.PublishAsync(Samples.Code(service, own[0], "123456", name: hostile));
        await service.Bus.PublishAsync(Samples.KnownAddress(own[1], hostile));
        await service.Bus.PublishAsync(Samples.Registered(own[2], hostile));
        await service.Bus.PublishAsync(Samples.SecondFactor(own[3], "SWITCHED_ON", name: hostile));
        await service.Bus.PublishAsync(new PasswordChanged(JobsReading.NewId(), 3, own[4], hostile, ByMail: false, DateTimeOffset.UtcNow));
        await service.Bus.PublishAsync(Samples.Moved(service, own[5], "token", hostile));
        await service.Bus.PublishAsync(Samples.Placed(buyer, artist, hostile));
        await service.Bus.PublishAsync(Samples.Changed(buyer, artist, "REJECTED", "ARTIST", reason: hostile, title: hostile));
        await service.Bus.PublishAsync(Samples.LeftUnanswered(buyer, artist, 1) with { Title = hostile });

        // Placing tells both sides, rejecting the buyer, the reminder the artist.
        string[] readers = [.. own, buyer.Email, buyer.Email, artist.Email, artist.Email];
        var mails = await Eventually.Until(
            () => Task.FromResult(smtp.Received.Where(mail => readers.Contains(mail.Recipient)).ToList() is { Count: 10 } all ? all : null), "ten mails");
        Assert.Equal(readers.Order(), mails.Select(mail => mail.Recipient).Order());
        Assert.DoesNotContain(smtp.Recipients, recipient => recipient.Contains("evil", StringComparison.Ordinal));
        Assert.Equal(smtp.Recipients.Count, smtp.Received.Count);
        foreach (var mail in mails)
        {
            using var raw = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(mail.Raw));
            var message = await MimeMessage.LoadAsync(raw, Ct);
            Assert.Equal(Headers, message.Headers.Select(header => header.Field).Order(StringComparer.Ordinal));
            Assert.Equal(mail.Recipient, Assert.Single(message.To.Mailboxes).Address);
            Assert.StartsWith("Visuels - ", message.Subject, StringComparison.Ordinal);
            foreach (var markup in new[] { "<img src=x", "<script", "<a href=\"javascript", "<!--" })
            {
                Assert.DoesNotContain(markup, message.HtmlBody, StringComparison.OrdinalIgnoreCase);
            }

            Assert.DoesNotContain(message.TextBody + message.To, c => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
            Assert.Contains(hostile.Contains('{', StringComparison.Ordinal) ? "{{7*7}} ${7*7} <%= 7*7 %> #{7*7}" : "", message.TextBody, StringComparison.Ordinal);
        }
    }
}
