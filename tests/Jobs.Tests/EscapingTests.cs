using System.Net;
using MimeKit;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Sending;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Jobs.Tests;

[Proves(Requirement.Mail), Proves("T15")]
public sealed class EscapingTests(JobsApp jobs) : IClassFixture<JobsApp>
{
    private const string Markup = "<img src=x onerror=alert(1)>\"'&{{7*7}}";

    private readonly ServiceUnderTest _app = jobs.Service;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Markup_in_names_titles_and_reasons_arrives_as_text()
    {
        var (buyer, artist) = (_app.Auth.Add("Ben", Roles.User), _app.Auth.Add("Ada", Roles.Artist));
        _app.Auth.Users[artist.Id] = artist with { Name = Markup };

        await _app.Bus.PublishAsync(Samples.Changed(buyer, artist, "REJECTED", "ARTIST", reason: Markup, title: Markup));

        var mail = await _app.MailToAsync(buyer.Email);
        Assert.DoesNotContain("<img src=x", mail.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;{{7*7}}", mail.Html, StringComparison.Ordinal);
        Assert.Contains($"Reason: {Markup}", mail.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("data:text/html,x")]
    public async Task A_picture_is_shown_only_from_a_web_address(string imageUrl)
    {
        var (buyer, artist) = (_app.Auth.Add("Ben", Roles.User), _app.Auth.Add("Ada", Roles.Artist));

        await _app.Bus.PublishAsync(Samples.Changed(buyer, artist, "VIEWED", "ARTIST") with { ImageUrl = imageUrl });

        var mail = await _app.MailToAsync(buyer.Email);
        Assert.DoesNotContain("<img", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_breaks_in_names_and_titles_add_no_header_and_no_recipient()
    {
        await using var smtp = new FakeSmtpServer();
        await using var app = await JobsApp.StartAsync(test => (test.Settings["Smtp:Host"], test.Settings["Smtp:Port"]) = ("127.0.0.1", smtp.Port));
        var (buyer, artist) = (app.Auth.Add("Ben", Roles.User), app.Auth.Add("Ada", Roles.Artist));
        app.Auth.Users[buyer.Id] = buyer with { Name = "Ben\r\nBcc: evil@example.com\r\n\r\nHi" };

        await app.Bus.PublishAsync(Samples.Changed(buyer, artist, "VIEWED", "ARTIST", title: "T\r\nBcc: evil@example.com"));

        await app.RowAsync(MailStates.Sent);
        Assert.Equal(buyer.Email, Assert.Single(smtp.Recipients));
        using var raw = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Assert.Single(smtp.Messages)));
        var message = await MimeMessage.LoadAsync(raw, Ct);
        Assert.Empty(message.Bcc);
        Assert.Equal(buyer.Email, Assert.Single(message.To.Mailboxes).Address);
        Assert.Equal(
            ["Auto-Submitted", "Date", "From", "MIME-Version", "Message-Id", "Subject", "To"],
            message.Headers.Select(header => header.Field).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("a@example.com, evil@example.com")]
    [InlineData("a@example.com\r\nRCPT TO:<evil@example.com>")]
    [InlineData("Ann <a@example.com>")]
    public async Task An_address_that_is_more_or_less_than_one_address_is_parked(string address)
    {
        var known = Samples.KnownAddress(address);

        await _app.Bus.PublishAsync(known);

        var row = await _app.RowAsync(MailStates.Parked, row => row.UserId.ToString() == known.UserId);
        Assert.Equal("address is not valid", row.Log[^1].Detail);
    }

    [Fact]
    public void Names_lose_what_breaks_lines_or_turns_their_direction_and_keep_all_else()
    {
        Assert.Equal("a  b c", MailMessage.OneLine("a\r\nb\tc"));
        Assert.Equal("evil.exe", MailMessage.OneLine("evil\u202E.exe"));
        Assert.Equal("Zoë 李 👩‍🎨", MailMessage.OneLine("Zoë 李 👩‍🎨"));
    }

    [Fact]
    public async Task The_mailbox_shows_a_mail_as_a_page_in_which_nothing_runs()
    {
        var address = Samples.NewAddress();
        await _app.Bus.PublishAsync(Samples.KnownAddress(address, name: Markup));
        var mail = await _app.MailToAsync(address);

        var page = await _app.Anonymous.GetAsync($"/dev/mailbox/{mail.Id}", Ct);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Equal(mail.Html, await page.Content.ReadAsStringAsync(Ct));
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", policy, StringComparison.Ordinal);
    }
}
