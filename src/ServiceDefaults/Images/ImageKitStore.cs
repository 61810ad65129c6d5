using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Images at ImageKit, by its REST API.</summary>
internal sealed partial class ImageKitStore(HttpClient http, ImageArea area, IOptions<ImageKitOptions> options, ILogger<ImageKitStore> logger) : IImageStore
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public async Task<StoredImage> SaveAsync(ProcessedImage image, CancellationToken ct)
    {
        var name = $"{RandomNumberGenerator.GetHexString(32, lowercase: true)}.{image.Extension}";
        using var content = new ByteArrayContent(image.Bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(ImageFormats.MediaType(image.Extension));
        using var form = new MultipartFormDataContent
        {
            { content, "file", name },
            { new StringContent(name), "fileName" },
            { new StringContent("false"), "useUniqueFileName" },
            { new StringContent($"/visuels/{area.Name}"), "folder" },
        };

        var uploaded = await CallAsync(async () =>
        {
            using var response = await http.PostAsync(options.Value.UploadUrl, form, ct);
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync<Uploaded>(Json, ct);
        }, ct);

        if (uploaded is not { FileId.Length: > 0, Url: not null })
        {
            throw new DependencyUnavailableException("ImageKit (its answer has no file)");
        }

        if (!uploaded.Url.StartsWith(options.Value.UrlEndpoint!.TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            LogForeignUrl(uploaded.FileId);
            await DeleteAsync(uploaded.FileId, ct);
            throw new DependencyUnavailableException("ImageKit (its answer has a foreign URL)");
        }

        return new StoredImage(uploaded.FileId, uploaded.Url, image.Width, image.Height, image.Placeholder, image.Color);
    }

    public Task DeleteAsync(string fileId, CancellationToken ct) => CallAsync(async () =>
    {
        using var response = await http.DeleteAsync($"{options.Value.FilesUrl.TrimEnd('/')}/{Uri.EscapeDataString(fileId)}", ct);
        return response.StatusCode == HttpStatusCode.NotFound ? response.StatusCode : response.EnsureSuccessStatusCode().StatusCode;
    }, ct);

    private static async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or NotSupportedException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new DependencyUnavailableException("ImageKit", e);
        }
    }

    [LoggerMessage(LogLevel.Error, "ImageKit answered with a URL outside ImageKit:UrlEndpoint for file {FileId}; it is deleted")]
    private partial void LogForeignUrl(string fileId);

    private sealed record Uploaded(string? FileId, string? Url);
}
