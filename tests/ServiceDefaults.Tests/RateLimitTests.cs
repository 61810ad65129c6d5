using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

[Proves(Requirement.RateLimits)]
public class RateLimitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_request_after_the_last_allowed_one_is_429_with_a_time_to_wait()
    {
        await using var app = await ServiceUnderTest.StartAsync(SampleService.Build, test =>
        {
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:Scale"] = "1";
            test.Settings["RateLimiting:sign-in"] = "3";
        });

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/limited", Ct)).StatusCode);
        }

        var refused = await app.Anonymous.GetAsync("/limited", Ct);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal("rate_limited", (await refused.ProblemAsync(Ct)).GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/open", Ct)).StatusCode);
    }

    [Theory]
    [InlineData("203.0.113.9", HttpStatusCode.TooManyRequests)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    public async Task Only_a_known_proxy_may_say_whom_it_speaks_for(string neighbour, HttpStatusCode afterwards)
    {
        await using var app = await ServiceUnderTest.StartAsync(SampleService.Build, test =>
        {
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:Scale"] = "1";
            test.Settings["RateLimiting:sign-in"] = "1";
            test.Configure = builder => builder.Services.AddSingleton<IStartupFilter>(new Neighbour(IPAddress.Parse(neighbour)));
        });

        Assert.Equal(HttpStatusCode.OK, await AskAsync("198.51.100.1"));
        Assert.Equal(afterwards, await AskAsync("198.51.100.2"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync("198.51.100.2"));

        async Task<HttpStatusCode> AskAsync(string claimed)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/limited") { Headers = { { "X-Forwarded-For", claimed } } };
            using var answer = await app.Anonymous.SendAsync(request, Ct);
            return answer.StatusCode;
        }
    }

    [Fact]
    [Proves(Requirement.BruteForce)]
    public async Task At_the_door_a_network_is_one_caller_whatever_addresses_and_tokens_it_has()
    {
        await using var app = await ServiceUnderTest.StartAsync(SampleService.Build, test =>
        {
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:Scale"] = "1";
            test.Settings["RateLimiting:sign-in"] = "3";
        });

        async Task<HttpStatusCode> AskAsync(string address)
        {
            // Another account each time.
            using var http = app.As(ObjectId.GenerateNewId(), Roles.User);
            http.DefaultRequestHeaders.Add("X-Forwarded-For", address);
            using var answer = await http.GetAsync("/limited", Ct);
            return answer.StatusCode;
        }

        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync($"2001:db8:0:1::{i}"));
            Assert.Equal(HttpStatusCode.OK, await AskAsync("198.51.100.7"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync("2001:db8:0:1:ffff::4"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync("198.51.100.7"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("2001:db8:0:2::1"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("198.51.100.8"));
    }

    [Fact]
    public async Task Limits_below_one_stop_the_start() =>
        await Assert.ThrowsAsync<StartupException>(() => ServiceUnderTest.StartAsync(SampleService.Build, test =>
        {
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:sign-in"] = "0";
        }));

    /// <summary>Has every connection come from an address of the test's choice.</summary>
    private sealed class Neighbour(IPAddress address) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, then) =>
            {
                context.Connection.RemoteIpAddress = address;
                return then(context);
            });
            next(app);
        };
    }
}
