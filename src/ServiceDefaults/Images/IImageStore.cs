using Visuels.ServiceDefaults.Errors;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Where images lie: on the local disk, or at ImageKit.</summary>
public interface IImageStore
{
    /// <summary>Stores an image. Storing it again under the same name replaces it, so a call whose answer got lost may be repeated.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">Its name, from <see cref="ImageNames.New"/>; chosen beforehand, so that an image can be found of which no answer told the id.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">The store does not answer as it should; the image may or may not be there.</exception>
    Task<StoredImage> SaveAsync(ProcessedImage image, string name, CancellationToken ct);

    /// <summary>Deletes an image; one that is gone already is no error.</summary>
    /// <param name="fileId">Its id.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">The store does not answer as it should.</exception>
    Task DeleteAsync(string fileId, CancellationToken ct);

    /// <summary>The id of the image of a name, or null when there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">The store does not answer as it should.</exception>
    Task<string?> FindAsync(string name, CancellationToken ct);

    /// <summary>Every image of this service, oldest first, unless it is younger than a time.</summary>
    /// <param name="before">Images stored at or after this time are left out.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">The store does not answer as it should.</exception>
    IAsyncEnumerable<ImageFile> ListAsync(DateTimeOffset before, CancellationToken ct);
}

/// <summary>An image as its store knows it.</summary>
/// <param name="FileId">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="StoredAt">When it was stored.</param>
public sealed record ImageFile(string FileId, string Name, DateTimeOffset StoredAt);
