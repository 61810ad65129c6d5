using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

[Proves(Requirement.Logs)]
public sealed class SecurityLogTests(SampleApp app) : IClassFixture<SampleApp>
{
    [Fact]
    public void An_event_is_one_line_that_says_what_who_and_from_where()
    {
        var line = Line(log => log.Note(SecurityEvent.SignedIn, "65f0a1b2c3d4e5f607182930", "by password"));

        Assert.Equal("Visuels.Security: SignedIn who=65f0a1b2c3d4e5f607182930 from=203.0.113.9 detail=by password", line);
    }

    [Theory]
    [InlineData("Ann\r\ninfo: Visuels.Security: SignedIn who=admin")]
    [InlineData("Ann\ninfo\u0085x")]
    [InlineData("Ann\u001b[2J")]
    public void What_a_caller_chose_begins_no_line_of_its_own(string chosen)
    {
        var line = Line(log => log.Note(SecurityEvent.SignInFailed, chosen, chosen));

        Assert.DoesNotContain(line, char.IsControl);
    }

    [Fact]
    public void An_address_has_a_tag_that_is_the_same_again_and_tells_nothing()
    {
        var ring = app.Service.Services.GetRequiredService<KeyFolder>().Ring(KeyFolder.SealingRing);

        var tag = SecurityLog.TagOf("ann@example.com", ring);

        Assert.Matches("^address-[0-9A-F]{12}$", tag);
        Assert.Equal(tag, SecurityLog.TagOf("ann@example.com", ring));
        Assert.NotEqual(tag, SecurityLog.TagOf("bob@example.com", ring));
    }

    private static string Line(Action<SecurityLog> note)
    {
        using var logs = new CapturedLogs();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(logs));
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("203.0.113.9") } };
        note(new SecurityLog(loggers, new HttpContextAccessor { HttpContext = http }));
        return Assert.Single(logs.Lines).Trim();
    }
}
