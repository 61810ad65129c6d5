using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MongoDB.Driver;
using Visuels.Auth.Activities;
using Visuels.Auth.Export;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Auth beside four services that do what a test wants.</summary>
public sealed class ExportApp : AuthApp, IAsyncLifetime
{
    private WebApplication? _others;

    /// <summary>What a service does instead of answering <c>{"of": name}</c>; by its name.</summary>
    public ConcurrentDictionary<string, Func<HttpContext, Task>> Instead { get; } = new();

    /// <summary>What each was last asked with: its own token and the user's.</summary>
    public ConcurrentDictionary<string, (string Service, string User)> Asked { get; } = new();

    public override void Prepare(TestSetup test)
    {
        test.Settings["Requests:UploadTimeout"] = "00:00:00.2";
        foreach (var name in new[] { "product", "order", "chat", "jobs" })
        {
            test.Settings[$"Services:{name}"] = _others!.Urls.First();
        }
    }

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _others = builder.Build();
        foreach (var (name, path) in new[]
        {
            ("product", "/api/v1/products/internal/export"), ("order", "/api/v1/order/internal/export"),
            ("chat", "/api/v1/message/internal/export"), ("jobs", "/internal/export"),
        })
        {
            _others.MapGet(path, context =>
            {
                Asked[name] = (context.Request.Headers.Authorization.ToString(), context.Request.Headers["X-User-Token"].ToString());
                return Instead.TryGetValue(name, out var instead) ? instead(context) : context.Response.WriteAsJsonAsync(new { of = name });
            });
        }

        await _others.StartAsync();
        await InitializeAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _others!.DisposeAsync();
    }
}

[Proves(Requirement.AccountLife)]
public sealed class ExportTests(ExportApp app) : IClassFixture<ExportApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_one_document_with_the_share_of_every_service_and_without_what_only_proves_who_somebody_is()
    {
        var member = await app.Join();

        using var response = await Export(member);

        var data = await response.Should(HttpStatusCode.OK);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("attachment; filename=visuels-", response.Content.Headers.ContentDisposition?.ToString(), StringComparison.Ordinal);
        Assert.Equal(["auth", "product", "order", "chat", "jobs"], data.EnumerateObject().Select(part => part.Name));
        Assert.All(data.EnumerateObject().Skip(1), part => Assert.Equal(part.Name, part.Value.Text("of")));
        var own = data.GetProperty("auth");
        Assert.Equal(member.Person.Email, own.GetProperty("account").Text("email"));
        Assert.True(own.GetProperty("hasPassword").GetBoolean());
        Assert.True(Assert.Single(own.GetProperty("sessions").EnumerateArray()).GetProperty("current").GetBoolean());
        Assert.DoesNotContain("hash", data.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task It_tells_the_addresses_before_and_the_one_that_is_wanted_and_what_happened_to_the_account()
    {
        var member = await app.Join();
        var wanted = AddressMoves.NewAddress();
        await app.MoveTo(member, AddressMoves.NewAddress());
        await app.AskForAddress(member, wanted);
        var activity = app.Service.Database.GetCollection<ActivityEntry>(ActivityStore.Collection);
        await Eventually.Until(async () => await activity.CountDocumentsAsync(e => e.UserId == member.Id, cancellationToken: Ct) == 5, "all is written");

        using var response = await Export(member);

        var own = (await response.Should(HttpStatusCode.OK)).GetProperty("auth");
        Assert.Equal(wanted, own.Text("wantedEmail"));
        Assert.Equal(member.Person.Email, Assert.Single(own.GetProperty("formerEmails").EnumerateArray()).GetString());
        Assert.Equal("EMAIL_CHANGED", own.GetProperty("activity")[1].Text("kind"));
    }

    [Fact]
    [Proves(Requirement.ServiceTokens)]
    public async Task Each_service_is_asked_with_a_token_of_Auths_own_and_the_users()
    {
        var member = await app.Join();

        using var response = await Export(member);

        await response.Should(HttpStatusCode.OK);
        var user = member.Http.DefaultRequestHeaders.Authorization!.Parameter;
        Assert.Equal(4, app.Asked.Count);
        Assert.All(app.Asked.Values, asked =>
        {
            Assert.Equal(user, asked.User);
            Assert.StartsWith("Bearer ey", asked.Service, StringComparison.Ordinal);
            Assert.DoesNotContain(user!, asked.Service, StringComparison.Ordinal);
        });
        Assert.Equal(4, app.Asked.Values.Select(asked => asked.Service).Distinct().Count());
    }

    [Theory]
    [InlineData("product")]
    [InlineData("order")]
    [InlineData("chat")]
    [InlineData("jobs")]
    public async Task A_service_that_fails_is_named_and_nothing_is_exported(string service)
    {
        var member = await app.Join();
        foreach (var failure in new Func<HttpContext, Task>[] { Fails, EndsInTheMiddle })
        {
            app.Instead[service] = failure;
            try
            {
                using var response = await Export(member);
                var problem = await response.Refuses(HttpStatusCode.ServiceUnavailable, "dependency_unavailable");
                Assert.Contains(service, problem.Text("message"), StringComparison.Ordinal);
                Assert.DoesNotContain("canary", problem.ToString(), StringComparison.Ordinal);
            }
            finally
            {
                app.Instead.TryRemove(service, out _);
            }
        }

        static Task Fails(HttpContext context)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }

        static async Task EndsInTheMiddle(HttpContext context)
        {
            await context.Response.WriteAsync("{\"canary\":[1,2");
            await context.Response.Body.FlushAsync();
            context.Abort();
        }
    }

    [Fact]
    public async Task A_large_share_arrives_whole_and_leaves_no_file()
    {
        var member = await app.Join();
        app.Instead["chat"] = async context =>
        {
            await context.Response.WriteAsync("[");
            for (var i = 0; i < 2_000; i++)
            {
                await context.Response.WriteAsync($"\"{new string('x', 1000)}\",");
            }

            await context.Response.WriteAsync("\"end\"]");
        };

        try
        {
            using var response = await Export(member);
            var chat = (await response.Should(HttpStatusCode.OK)).GetProperty("chat");
            Assert.Equal(2_001, chat.GetArrayLength());
            Assert.Equal("end", chat[2_000].GetString());
            Assert.True(response.Content.Headers.ContentLength > 2_000_000);
        }
        finally
        {
            app.Instead.TryRemove("chat", out _);
        }

        Assert.DoesNotContain(new DirectoryInfo(Path.GetTempPath()).GetFiles("visuels-export-*"), file => file.Exists && file.Length > 0);
    }

    [Fact]
    public async Task A_download_may_take_longer_than_an_upload()
    {
        var member = await app.Join();
        app.Instead["chat"] = async context =>
        {
            await context.Response.WriteAsync("[");
            await context.Response.Body.FlushAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(500), context.RequestAborted);
            await context.Response.WriteAsync("]");
        };

        try
        {
            using var response = await Export(member);
            await response.Should(HttpStatusCode.OK);
        }
        finally
        {
            app.Instead.TryRemove("chat", out _);
        }
    }

    /// <summary>Each reader who does not read holds a file open; there is room for some.</summary>
    [Fact]
    public async Task Readers_who_do_not_read_hold_up_a_bounded_number_of_files()
    {
        const int TooMuchForSockets = 24 * 1024 * 1024;
        var member = await app.Join();
        app.Instead["chat"] = async context =>
        {
            await context.Response.WriteAsync("\"");
            var part = new string('x', 64 * 1024);
            for (var sent = 0; sent < TooMuchForSockets; sent += part.Length)
            {
                await context.Response.WriteAsync(part);
            }

            await context.Response.WriteAsync("\"");
        };

        var held = new List<HttpResponseMessage>();
        try
        {
            for (var i = 0; i < DataExport.AtOnce; i++)
            {
                held.Add(await Export(member, HttpCompletionOption.ResponseHeadersRead));
                Assert.Equal(HttpStatusCode.OK, held[^1].StatusCode);
            }

            using (var refused = await Export(member))
            {
                await refused.Refuses(HttpStatusCode.ServiceUnavailable, "busy");
            }

            held[0].Dispose();
            await Eventually.Until(
                async () =>
                {
                    using var response = await Export(member, HttpCompletionOption.ResponseHeadersRead);
                    return response.StatusCode == HttpStatusCode.OK;
                },
                "who leaves makes room");
        }
        finally
        {
            app.Instead.TryRemove("chat", out _);
            held.ForEach(response => response.Dispose());
        }
    }

    [Fact]
    public async Task Nobody_exports_without_signing_in_and_nobody_who_has_left()
    {
        using var anonymous = await app.Http.Get("/api/v1/auth/me/export");
        await anonymous.Refuses(HttpStatusCode.Unauthorized, "unauthorized");

        using var gone = app.Service.As(MongoDB.Bson.ObjectId.GenerateNewId(), Roles.User);
        using var response = await gone.Get("/api/v1/auth/me/export");
        await response.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task A_session_that_ends_in_the_middle_is_told_so_and_is_no_outage()
    {
        var member = await app.Join();
        app.Instead["chat"] = async context =>
        {
            using var signedOut = await member.Http.PostAsync("/api/v1/auth/signout", null, Ct);
            Assert.Equal(HttpStatusCode.OK, signedOut.StatusCode);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        };
        try
        {
            using var response = await Export(member);

            await response.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        }
        finally
        {
            app.Instead.TryRemove("chat", out _);
        }
    }

    // The pause before a second try passes by the service's clock.
    private async Task<HttpResponseMessage> Export(Member member, HttpCompletionOption until = HttpCompletionOption.ResponseContentRead)
    {
        var answer = member.Http.GetAsync("/api/v1/auth/me/export", until, Ct);
        await Eventually.Until(
            () =>
            {
                app.Clock.Advance(TimeSpan.FromMilliseconds(20));
                return Task.FromResult(answer.IsCompleted);
            },
            "the export is answered");
        return await answer;
    }
}

public sealed class ExportLimitTests
{
    [Fact]
    [Proves(Requirement.RateLimits)]
    [Proves(Requirement.AccountLife)]
    public async Task Five_exports_an_hour_are_enough()
    {
        await using var service = await ServiceUnderTest.StartAsync(AuthService.Build, test =>
        {
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:Scale"] = "1";
        });
        using var http = service.As(MongoDB.Bson.ObjectId.GenerateNewId(), Roles.User);

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 6; i++)
        {
            using var response = await http.Get("/api/v1/auth/me/export");
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.Unauthorized, 5), HttpStatusCode.TooManyRequests], statuses);
    }
}
