using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Tests.Schedules;

public sealed class ScheduleEndpointTests : IAsyncDisposable
{
    private readonly ScheduleApp _app = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("GET", "/internal/schedules")]
    [InlineData("POST", "/internal/schedules/sweep/run")]
    public async Task Only_operators_and_services_may_look_and_run(string method, string path)
    {
        var app = (await _app.StartAsync()).Service;

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app.Anonymous));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app.AsService("order", "jobs")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app.As(ObjectId.GenerateNewId(), Roles.User)));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app.As(ObjectId.GenerateNewId(), Roles.Artist)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app.As(ObjectId.GenerateNewId(), Roles.Admin)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app.AsService("jobs", "product")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app.AsService("order", "product")));

        async Task<HttpStatusCode> StatusAsync(HttpClient client)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var response = await client.SendAsync(request, Ct);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task An_operator_runs_a_schedule_now_and_sees_what_became_of_it()
    {
        var instance = await _app.StartAsync();
        var before = await ListAsync(instance);
        Assert.Equal(
            """{"name":"sweep","enabled":false,"every":"06:00:00","cron":null,"running":false,"lastRunAt":null,"lastEndedAt":null,"outcome":null,"changed":0,"nextAt":"2026-03-01T12:00:00.000Z"}""",
            before.GetRawText());

        var run = await (await PostAsync(instance)).Content.ReadFromJsonAsync<JsonElement>(Ct);

        Assert.Equal(("done", 7), (run.GetProperty("outcome").GetString(), run.GetProperty("changed").GetInt32()));
        var after = await ListAsync(instance);
        Assert.Equal("2026-03-01T12:00:00.000Z", after.GetProperty("lastRunAt").GetString());
        Assert.Equal("2026-03-01T18:00:00.000Z", after.GetProperty("nextAt").GetString());
        Assert.Equal(("done", 7), (after.GetProperty("outcome").GetString(), after.GetProperty("changed").GetInt32()));
    }

    [Fact]
    public async Task While_it_runs_elsewhere_it_cannot_be_run()
    {
        var (one, other) = (await _app.StartAsync(), await _app.StartAsync());
        var run = await one.BeginAsync();

        using var refused = await PostAsync(other);

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("already_running", (await refused.ProblemAsync(Ct)).GetProperty("code").GetString());
        Assert.True((await ListAsync(other)).GetProperty("running").GetBoolean());
        one.Job.Release();
        await run;
        Assert.False((await ListAsync(other)).GetProperty("running").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(other)).StatusCode);
    }

    [Fact]
    public async Task There_is_no_schedule_of_another_name()
    {
        var instance = await _app.StartAsync();

        using var response = await instance.Operator.PostAsync("/internal/schedules/broom/run", null, Ct);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(Instance instance) => instance.Operator.PostAsync("/internal/schedules/sweep/run", null, Ct);

    private static async Task<JsonElement> ListAsync(Instance instance) =>
        (await instance.Operator.GetFromJsonAsync<JsonElement>("/internal/schedules", Ct)).GetProperty("schedules")[0];
}
