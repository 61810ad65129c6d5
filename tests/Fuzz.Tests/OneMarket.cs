using System.Diagnostics.CodeAnalysis;
using Visuels.Fuzz.Rig;

[assembly: AssemblyFixture(typeof(Visuels.Fuzz.Tests.OneMarket))]

namespace Visuels.Fuzz.Tests;

/// <summary>The services, started once for all tests of this project.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit disposes it by IAsyncLifetime.")]
public sealed class OneMarket : IAsyncLifetime
{
    /// <summary>Always the same here, so that what passed once passes again: the program tests/Fuzz looks for what is new.</summary>
    public int Seed { get; } = 20_260_501;

    internal Market Market { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Market = await Market.StartAsync();

    public ValueTask DisposeAsync() => Market.DisposeAsync();
}
