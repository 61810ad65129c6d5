using System.Net.Http.Json;
using System.Text.Json;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests;

/// <summary>The sample service, started once for a class.</summary>
public sealed class SampleApp : IAsyncLifetime
{
    public ServiceUnderTest Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Service = await ServiceUnderTest.StartAsync(SampleService.Build);

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

internal static class ProblemReading
{
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, CancellationToken ct)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadFromJsonAsync<JsonElement>(ct);
    }
}
