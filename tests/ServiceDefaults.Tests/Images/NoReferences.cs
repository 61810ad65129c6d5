using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Tests.Images;

/// <summary>No document shows anything.</summary>
internal sealed class NoReferences : IImageReferences, ICreatesIndexes
{
    public Task<IReadOnlySet<string>> FindAsync(IReadOnlyCollection<string> fileIds, CancellationToken ct) =>
        Task.FromResult<IReadOnlySet<string>>(new HashSet<string>());

    public Task CreateIndexesAsync(CancellationToken ct) => Task.CompletedTask;
}
