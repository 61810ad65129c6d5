namespace Visuels.ServiceDefaults.Images;

/// <summary>Tells which images a service's documents show. Nothing that is shown is ever deleted.</summary>
public interface IImageReferences
{
    /// <summary>Those of some images that a document refers to.</summary>
    /// <param name="fileIds">Ids of images, at most some hundred.</param>
    /// <param name="ct">Ends the wait.</param>
    Task<IReadOnlySet<string>> FindAsync(IReadOnlyCollection<string> fileIds, CancellationToken ct);
}
