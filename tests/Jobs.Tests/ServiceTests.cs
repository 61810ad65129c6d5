using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using MimeKit;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Mailbox;
using Visuels.ServiceDefaults;
using Visuels.ServiceDefaults.Hosting;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Jobs.Tests;

public sealed class ServiceTests(JobsApp jobs) : IClassFixture<JobsApp>
{
    private readonly ServiceUnderTest _app = jobs.Service;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_endpoint_says_who_may_call_it() => Assert.Empty(AuthorizationWalk.Undecided(_app.App));

    [Fact]
    public async Task The_OpenAPI_document_bears_the_services_own_name()
    {
        var document = await _app.Anonymous.GetFromJsonAsync<JsonElement>("/swagger/v1/swagger.json", Ct);

        Assert.Equal("Visuels Jobs", document.GetProperty("info").GetProperty("title").GetString());
        Assert.True(document.GetProperty("paths").TryGetProperty("/internal/mails/{id}/retry", out _));
    }

    [Fact]
    public async Task Ready_means_that_store_and_bus_answer()
    {
        var response = await _app.Anonymous.GetAsync("/health/ready", Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Without_its_broker_the_service_lives_and_is_not_ready()
    {
        await using var closed = new FakeSmtpServer();
        var store = await TestStore.ConnectionStringAsync();
        var app = JobsService.Build(
            ["--environment=Development"],
            builder =>
            {
                builder.WebHost.UseUrls("http://127.0.0.1:0");
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["ConnectionStrings:Mongo"] = store,
                    ["Mongo:DatabasePrefix"] = $"t{Guid.NewGuid():N}"[..12] + "-",
                    ["Keys:Folder"] = _app.Keys.Folder,
                    // Something listens there, and it is no broker.
                    ["ConnectionStrings:RabbitMq"] = $"amqp://guest:guest@127.0.0.1:{closed.Port}/",
                });
            });
        await using (app)
        {
            await app.StartAsync(Ct);
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/health/ready", Ct)).StatusCode);
        }
    }

    [Fact]
    public async Task A_bus_that_lost_its_broker_calls_itself_degraded_and_that_is_not_ready()
    {
        await using var app = await JobsApp.StartAsync(test => test.Configure = builder => builder.Services.AddHealthChecks()
            .AddCheck("lost", () => HealthCheckResult.Degraded(), tags: [ServiceDefaultsExtensions.ReadyTag]));

        var response = await app.Anonymous.GetAsync("/health/ready", Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task The_mailbox_lists_the_newest_mail_first()
    {
        var (first, second) = (Samples.NewAddress(), Samples.NewAddress());
        await _app.Bus.PublishAsync(Samples.KnownAddress(first));
        await _app.MailToAsync(first);
        await _app.Bus.PublishAsync(Samples.KnownAddress(second));
        await _app.MailToAsync(second);

        var mails = await _app.Anonymous.GetFromJsonAsync<List<MailboxMail>>("/dev/mailbox", JsonSerializerOptions.Web, Ct);

        Assert.True(mails!.FindIndex(mail => mail.To == second) < mails.FindIndex(mail => mail.To == first));
        Assert.Equal(HttpStatusCode.NotFound, (await _app.Anonymous.GetAsync("/dev/mailbox/0", Ct)).StatusCode);
    }

    [Fact]
    public async Task The_mailbox_keeps_the_last_five_hundred_mails()
    {
        var mailbox = new DevelopmentMailbox(TimeProvider.System);

        await Parallel.ForEachAsync(Enumerable.Range(0, 600), Ct, async (i, ct) =>
        {
            using var message = new MimeMessage { Subject = i.ToString(CultureInfo.InvariantCulture), Body = new TextPart("plain") { Text = "x" } };
            await mailbox.SendAsync(message, ct);
        });

        Assert.Equal(500, mailbox.List().Count);
        Assert.Equal("600", mailbox.List()[0].Id);
        Assert.Null(mailbox.Find("100"));
        Assert.NotNull(mailbox.Find("101"));
    }

    [Theory]
    [InlineData("Staging", null)]
    [InlineData("Development", "127.0.0.1")]
    [Proves(Requirement.DocsHidden)]
    public async Task There_is_no_mailbox_to_read_outside_Development_or_beside_an_SMTP_server(string environment, string? smtpHost)
    {
        await using var app = await JobsApp.StartAsync(test => (test.Environment, test.Settings["Smtp:Host"]) = (environment, smtpHost));

        Assert.Equal(HttpStatusCode.NotFound, (await app.Anonymous.GetAsync("/dev/mailbox", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Anonymous.GetAsync("/dev/mailbox/1", Ct)).StatusCode);
    }

    [Fact]
    public async Task Production_does_not_start_without_an_SMTP_server()
    {
        var refused = await Assert.ThrowsAsync<StartupException>(() => JobsApp.StartAsync(test => test.Environment = "Production"));

        Assert.Contains("Smtp:Host", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Smtp:From", "nobody")]
    [InlineData("Smtp:Port", "0")]
    [InlineData("Mail:MaxAttempts", "0")]
    [InlineData("Mail:Jitter", "1.5")]
    [InlineData("Mail:Lease", "00:00:29")]
    public async Task A_setting_that_cannot_work_stops_the_start(string key, string value) =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => JobsApp.StartAsync(test => test.Settings[key] = value));

    [Fact]
    public void Pauses_double_up_to_the_longest_and_differ_by_up_to_a_half()
    {
        var options = new MailOptions();

        Assert.Equal([5, 10, 20, 40], Enumerable.Range(1, 4).Select(attempt => options.PauseAfter(attempt, chance: 0).TotalSeconds));
        Assert.Equal(2.5, options.PauseAfter(1, chance: 1).TotalSeconds);
        Assert.Equal(options.LongestPause, options.PauseAfter(1000, chance: 0));
        Assert.Equal(5, new MailOptions { Jitter = 0 }.PauseAfter(1, chance: 1).TotalSeconds);
    }
}
