using Microsoft.Extensions.Configuration;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.ServiceDefaults.Tests.Messaging;

public sealed class ParkedEventsCommandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parked_events_are_listed_without_what_they_say_and_put_back()
    {
        await using var app = await OutboxApp.CreateAsync();
        await ParkAsync(app, "u1");
        await ParkAsync(app, "u2");
        var first = (await OutboxOfAsync(app, "u1")).Parked![0].Entry.Id;

        var (listed, list, _) = await RunAsync(app, "list");
        Assert.Equal(0, listed);
        Assert.Equal(2, list.Split('\n').Length);
        Assert.Contains($"{first}  UserUpdated  things/u1  consumer_failed  2026-01-02 03:04:05Z", list, StringComparison.Ordinal);
        Assert.DoesNotContain("ada", list, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync(app, "retry", $"{first}")).ExitCode);
        Assert.Single((await OutboxOfAsync(app, "u1")).Entries);
        Assert.Empty((await OutboxOfAsync(app, "u2")).Entries);

        Assert.Equal((0, "1 put back; the relay publishes them within seconds."), (await RunAsync(app, "retry", "--all")) is var (code, output, _) ? (code, output) : default);
        await app.StartReaderAsync();
        await app.StartWriterAsync();
        await app.DrainAsync();
        Assert.Equal([1L], await app.AppliedAsync("u1"));
        Assert.Equal([1L], await app.AppliedAsync("u2"));
        Assert.Equal("", (await RunAsync(app, "list")).Output);
    }

    [Theory]
    [InlineData(2, "Usage")]
    [InlineData(2, "Usage", "remove")]
    [InlineData(2, "Usage", "retry")]
    [InlineData(2, "Usage", "retry", "one")]
    [InlineData(1, "no parked event", "retry", "0198c0de-0000-7000-8000-000000000000")]
    public async Task What_cannot_be_done_is_said_and_tells_by_its_exit_code(int exitCode, string said, params string[] args)
    {
        await using var app = await OutboxApp.CreateAsync();

        var (code, output, errors) = await RunAsync(app, args);

        Assert.Equal(exitCode, code);
        Assert.Equal("", output);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("retry", "0198c0de-0000-7000-8000-000000000000")]
    [InlineData("retry", "--all")]
    public void What_follows_the_command_is_configuration(params string[] command)
    {
        var builder = ServiceHost.CreateEdgeBuilder(
            new ServiceIdentity("sample", 4009, "Sample", typeof(OutboxApp).Assembly.GetName().Name!),
            ["parked-events", .. command, "--ConnectionStrings:Mongo=mongodb://store.example", "--Mongo:DatabasePrefix", "test-"]);

        Assert.Equal("mongodb://store.example", builder.Configuration.GetConnectionString("Mongo"));
        Assert.Equal("test-", builder.Configuration["Mongo:DatabasePrefix"]);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(OutboxApp app, params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await ParkedEventsCommand.RunAsync(["parked-events", .. args], () => app.BuildWriter().App, output, errors, Ct);
        return (code, $"{output}".TrimEnd(), $"{errors}".TrimEnd());
    }

    private static async Task ParkAsync(OutboxApp app, string id)
    {
        await app.AddAsync(id);
        var leased = await app.Leases.LeaseAsync(TimeSpan.FromSeconds(10), Ct);
        var entry = Assert.Single(leased!.Outbox.Entries);
        await app.Leases.SettleAsync(leased, [], [new ParkedEvent { Entry = entry, Reason = ParkedEvent.ConsumerFailed, At = app.Clock.GetUtcNow() }], Events.At, Ct);
    }

    private static async Task<Outbox> OutboxOfAsync(OutboxApp app, string id) => (await app.Things.Find(t => t.Id == id).SingleAsync(Ct)).Outbox;
}
