using Visuels.Reliability.Experiments;
using Visuels.Testing;

namespace Visuels.Reliability.Tests;

/// <summary>The experiments that are quick enough for every test run; the program tests/Reliability runs all of them, at full size.</summary>
public sealed class QuickExperiments(OneMarketplace marketplace) : IClassFixture<OneMarketplace>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task An_edition_is_sold_once_however_many_want_it_and_are_accepted_at_once() => HoldsAsync("E1");

    [Fact]
    public Task The_same_request_five_times_at_once_is_one_order_and_one_pair_of_mails() => HoldsAsync("E2");

    [Fact]
    public Task A_crash_at_any_named_point_of_any_service_loses_nothing_and_doubles_nothing() => HoldsAsync("E4");

    [Fact]
    public Task Events_that_come_twice_and_out_of_order_end_in_the_state_of_a_clean_run() => HoldsAsync("E11");

    [Fact]
    public Task Poison_messages_hold_up_no_others_and_are_done_once_an_operator_retries_them() => HoldsAsync("E16");

    private async Task HoldsAsync(string name)
    {
        Assert.SkipUnless(RabbitMqNode.IsInstalled, "Needs an installed rabbitmq-server: the experiments kill nodes of their own.");
        var experiment = AllExperiments.List.Single(experiment => experiment.Name == name);

        var (rows, logs) = await marketplace.Runner.TryAsync(experiment, Ct);

        var shortcomings = rows.Where(row => !row.Holds).Select(row => $"{row.What}: {row.Reached} instead of {row.Asked}");
        Assert.True(rows.All(row => row.Holds), $"{string.Join('\n', shortcomings)}\nLogs are in {logs}, the seed was {marketplace.Seed}");
    }
}

/// <summary>The processes that the tests of a class share.</summary>
public sealed class OneMarketplace : IAsyncDisposable
{
    // A tenth of each experiment is about what becomes of things and not about time: the machine may be busy with other tests.
    public OneMarketplace() =>
        Runner = new Runner(new Switches([], 0.1, Seed, Sabotage: false))
        {
            Patience = TimeSpan.FromMinutes(5),
            ClientPatience = TimeSpan.FromMinutes(2),
            Environment = Unhurried.Environment,
        };

    /// <summary>Always the same here, so that what passed once passes again: the program tests/Reliability draws another each time.</summary>
    public int Seed { get; } = 20_260_501;

    internal Runner Runner { get; }

    public ValueTask DisposeAsync() => Runner.DisposeAsync();
}
