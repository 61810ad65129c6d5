using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Http;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Images at ImageKit, by its REST API. Every call may be repeated: a name is uploaded once more in place of itself.</summary>
internal sealed partial class ImageKitStore(HttpClient http, ImageArea area, IOptions<ImageKitOptions> options, ILogger<ImageKitStore> logger) : IImageStore
{
    private const int FilesPerPage = 500;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private string Folder => $"/{options.Value.Folder}/{area.Name}";

    private string FilesUrl => options.Value.FilesUrl.TrimEnd('/');

    public async Task<StoredImage> SaveAsync(ProcessedImage image, string name, CancellationToken ct)
    {
        using var content = new ByteArrayContent(image.Bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(ImageFormats.MediaType(image.Extension));
        using var form = new MultipartFormDataContent
        {
            { content, "file", name },
            { new StringContent(name), "fileName" },
            { new StringContent("false"), "useUniqueFileName" },
            { new StringContent(Folder), "folder" },
        };

        var uploaded = await CallAsync(
            async () =>
            {
                using var response = await http.PostAsync(options.Value.UploadUrl, form, ct);
                return await ReadAsync<File>(response, ct);
            },
            ct);

        if (uploaded is not { FileId.Length: > 0, Url.Length: > 0 })
        {
            throw new DependencyUnavailableException("ImageKit (its answer has no file)");
        }

        // Nothing but a URL of our own account and of this very file is ever shown to anybody.
        if (!uploaded.Url.StartsWith(options.Value.UrlEndpoint!.TrimEnd('/') + "/", StringComparison.Ordinal)
            || !uploaded.Url.EndsWith($"{Folder}/{name}", StringComparison.Ordinal))
        {
            LogForeignUrl(uploaded.FileId);
            throw new DependencyUnavailableException("ImageKit (its answer has a foreign URL)");
        }

        return new StoredImage(uploaded.FileId, uploaded.Url, image.Width, image.Height, image.Placeholder, image.Color);
    }

    public Task DeleteAsync(string fileId, CancellationToken ct) => CallAsync(
        async () =>
        {
            using var response = await http.DeleteAsync($"{FilesUrl}/{Uri.EscapeDataString(fileId)}", ct);
            return response.StatusCode == HttpStatusCode.NotFound || response.IsSuccessStatusCode ? true : throw Refused(response);
        },
        ct);

    public async Task<string?> FindAsync(string name, CancellationToken ct)
    {
        // It goes into an expression.
        if (!ImageNames.IsName(name))
        {
            return null;
        }

        var found = await PageAsync($"name = \"{name}\"", limit: 1, skip: 0, ct);
        return found is [{ FileId: { Length: > 0 } fileId } file] && file.Name == name ? fileId : null;
    }

    public async IAsyncEnumerable<ImageFile> ListAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken ct)
    {
        var older = $"createdAt < \"{before.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)}\"";
        // All pages first: what the caller deletes meanwhile would shift those that follow.
        var files = new List<ImageFile>();
        while (true)
        {
            var page = await PageAsync(older, FilesPerPage, files.Count, ct);
            files.AddRange(page.Select(file => new ImageFile(file.FileId ?? "", file.Name ?? "", file.CreatedAt)));
            if (page.Count < FilesPerPage)
            {
                break;
            }
        }

        foreach (var file in files.Where(file => file.FileId.Length > 0 && ImageNames.IsName(file.Name) && file.StoredAt < before))
        {
            yield return file;
        }
    }

    private Task<List<File>> PageAsync(string query, int limit, int skip, CancellationToken ct) => CallAsync(
        async () =>
        {
            var url = string.Create(CultureInfo.InvariantCulture,
                $"{FilesUrl}?path={Uri.EscapeDataString(Folder)}&sort=ASC_CREATED&limit={limit}&skip={skip}&searchQuery={Uri.EscapeDataString(query)}");
            using var response = await http.GetAsync(url, ct);
            return await ReadAsync<List<File>>(response, ct);
        },
        ct);

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw Refused(response);
        }

        // Whatever the answer calls itself, it is JSON or nothing.
        return JsonSerializer.Deserialize<T>(await response.Content.ReadAsByteArrayAsync(ct), Json) ?? throw new JsonException("The answer is null.");
    }

    // Its message may quote what was sent; the status tells an operator enough.
    private static HttpRequestException Refused(HttpResponseMessage response) =>
        new($"answered {(int)response.StatusCode}", null, response.StatusCode);

    private static async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken ct)
    {
        try
        {
            return await Calls.MakeAsync("ImageKit", call, ct);
        }
        catch (DependencyUnavailableException e) when (e.InnerException is HttpRequestException { StatusCode: { } status })
        {
            throw new DependencyUnavailableException($"ImageKit (it answered {(int)status})", e.InnerException);
        }
    }

    [LoggerMessage(LogLevel.Error, "ImageKit answered with a URL that is not of this file below ImageKit:UrlEndpoint; file {FileId} is not used")]
    private partial void LogForeignUrl(string fileId);

    private sealed record File(string? FileId, string? Name, string? Url, DateTimeOffset CreatedAt);
}
