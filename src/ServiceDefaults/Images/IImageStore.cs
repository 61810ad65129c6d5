using Visuels.ServiceDefaults.Errors;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Where images lie: on the local disk, or at ImageKit.</summary>
public interface IImageStore
{
    /// <summary>Stores an image under a random name.</summary>
    /// <param name="image">The image.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">The store does not answer as it should; nothing is stored as far as can be known.</exception>
    Task<StoredImage> SaveAsync(ProcessedImage image, CancellationToken ct);

    /// <summary>Deletes an image; one that is gone already is no error.</summary>
    /// <param name="fileId">Its id.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">The store does not answer as it should.</exception>
    Task DeleteAsync(string fileId, CancellationToken ct);
}
