using Visuels.ServiceDefaults.Images;
using Visuels.Testing;
using Visuels.Testing.Hostile;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.Images;

/// <summary>Alone in the process: it measures memory.</summary>
[CollectionDefinition(nameof(ImageMemoryTests), DisableParallelization = true)]
public sealed class OneAtATime;

[Collection(nameof(ImageMemoryTests))]
[Proves(Requirement.Uploads), Proves("T11")]
public sealed class ImageMemoryTests : IDisposable
{
    private readonly ImageProcessor _processor = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _processor.Dispose();

    [Fact]
    public async Task Bombs_take_little_memory()
    {
        await TryAsync(Pictures.Jpeg());
        foreach (var file in HostileFiles.All)
        {
            var grown = await GrowthAsync(() => TryAsync(file.Bytes)) >> 20;

            // Who saves a picture progressively has the decoder hold all of it.
            Assert.True(grown < (file.Name == "36 progressive megapixels" ? 256 : 96), $"{file.Name}: {grown} MB");
        }
    }

    /// <summary>By how much the process grew at most while it did something.</summary>
    private static async Task<long> GrowthAsync(Func<Task> work)
    {
        var before = Environment.WorkingSet;
        var highest = 0L;
        var working = Task.Run(work, Ct);
        while (!working.IsCompleted)
        {
            highest = Math.Max(highest, Environment.WorkingSet - before);
            await Task.WhenAny(working, Task.Delay(1, Ct));
        }

        await working;
        return highest;
    }

    private async Task TryAsync(byte[] file)
    {
        try
        {
            await _processor.ProcessAsync(file, Ct);
        }
        catch (InvalidImageException)
        {
            // Refused is as good as taken here.
        }
    }
}
