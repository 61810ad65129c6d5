using Microsoft.AspNetCore.Http;
using MongoDB.Driver;
using Visuels.Auth.Activities;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

[Proves(Requirement.AccountLife)]
public sealed class ExportTests(ExportApp app) : IClassFixture<ExportApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_one_document_with_the_share_of_every_service_and_without_what_only_proves_who_somebody_is()
    {
        var member = await app.Join();

        using var response = await member.Export();

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

        using var response = await member.Export();

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

        using var response = await member.Export();

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
            var tries = 0;
            app.Instead[service] = context =>
            {
                Interlocked.Increment(ref tries);
                return failure(context);
            };
            try
            {
                var answer = member.Export();
                await Eventually.Until(
                    () =>
                    {
                        // By the service's clock passes the pause before a second try; but not what a try may take.
                        app.Clock.Advance(Volatile.Read(ref tries) == 1 ? TimeSpan.FromMilliseconds(20) : TimeSpan.Zero);
                        return answer.IsCompleted;
                    },
                    "the export is answered");
                using var response = await answer;
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
            using var response = await member.Export();
            var chat = (await response.Should(HttpStatusCode.OK)).GetProperty("chat");
            Assert.Equal(2_001, chat.GetArrayLength());
            Assert.Equal("end", chat[2_000].GetString());
            Assert.True(response.Content.Headers.ContentLength > 2_000_000);
        }
        finally
        {
            app.Instead.TryRemove("chat", out _);
        }

        Assert.DoesNotContain(Directory.GetFiles(Path.GetTempPath(), "visuels-export-*"), HoldsSomething);

        // Another process of these tests may be about to take the name from an empty one.
        static bool HoldsSomething(string path)
        {
            try
            {
                return new FileInfo(path).Length > 0;
            }
            catch (FileNotFoundException)
            {
                return false;
            }
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
            using var response = await member.Export();

            await response.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        }
        finally
        {
            app.Instead.TryRemove("chat", out _);
        }
    }
}
