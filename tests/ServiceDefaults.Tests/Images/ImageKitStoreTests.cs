using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Images;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.Images;

/// <summary>Against a host on loopback that answers as ImageKit's published API does.</summary>
public sealed class ImageKitStoreTests : IAsyncLifetime
{
    private readonly ImageProcessor _processor = new();
    private readonly List<string> _deleted = [];
    private WebApplication _host = null!;
    private ServiceProvider _services = null!;
    private string _fileUrl = "https://ik.example/visuels/products/a.jpg";
    private (string Authorization, string FileName, string Folder, byte[] File) _upload;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IImageStore Store => _services.GetRequiredService<IImageStore>();

    public async ValueTask InitializeAsync()
    {
        var hostBuilder = WebApplication.CreateSlimBuilder();
        hostBuilder.Logging.ClearProviders();
        hostBuilder.WebHost.UseUrls("http://127.0.0.1:0");
        _host = hostBuilder.Build();
        _host.MapPost("/upload", TakeAsync);
        _host.MapDelete("/files/{id}", (string id) =>
        {
            _deleted.Add(id);
            return id == "gone" ? Results.NotFound() : Results.NoContent();
        });
        _host.MapPost("/moved", () => Results.Redirect("/upload", permanent: false, preserveMethod: true));
        await _host.StartAsync(Ct);
        _services = Services("upload");
    }

    public async ValueTask DisposeAsync()
    {
        _processor.Dispose();
        await _services.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_picture_is_uploaded_with_the_private_key_and_remembered_by_id_and_url()
    {
        var image = await _processor.ProcessAsync(Pictures.Jpeg(), Ct);

        var stored = await Store.SaveAsync(image, Ct);

        Assert.Equal(("file-1", _fileUrl, 120), (stored.FileId, stored.Url, stored.Width));
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("private_x:")), _upload.Authorization);
        Assert.Equal("/visuels/products", _upload.Folder);
        Assert.Matches("^[0-9a-f]{32}\\.jpg$", _upload.FileName);
        Assert.Equal(image.Bytes, _upload.File);
    }

    [Fact]
    public async Task A_picture_is_deleted_by_id_and_one_that_is_gone_is_no_error()
    {
        await Store.DeleteAsync("file-1", Ct);
        await Store.DeleteAsync("gone", Ct);

        Assert.Equal(["file-1", "gone"], _deleted);
    }

    [Fact]
    public async Task A_url_that_is_not_of_our_account_is_never_stored()
    {
        _fileUrl = "https://ik.example/visuels.evil.example/a.jpg";
        var image = await _processor.ProcessAsync(Pictures.Jpeg(), Ct);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Store.SaveAsync(image, Ct));

        Assert.Equal(["file-1"], _deleted);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var moved = Services("moved");
        var image = await _processor.ProcessAsync(Pictures.Jpeg(), Ct);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => moved.GetRequiredService<IImageStore>().SaveAsync(image, Ct));

        Assert.Null(_upload.FileName);
    }

    private ServiceProvider Services(string upload)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["ImageKit:PrivateKey"] = "private_x";
        builder.Configuration["ImageKit:UrlEndpoint"] = "https://ik.example/visuels";
        builder.Configuration["ImageKit:UploadUrl"] = new Uri(new Uri(_host.Urls.First()), upload).ToString();
        builder.Configuration["ImageKit:FilesUrl"] = new Uri(new Uri(_host.Urls.First()), "files").ToString();
        builder.AddImages("products");
        return builder.Services.BuildServiceProvider();
    }

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        using var file = new MemoryStream();
        await form.Files["file"]!.CopyToAsync(file, request.HttpContext.RequestAborted);
        _upload = (request.Headers.Authorization.ToString(), form["fileName"].ToString(), form["folder"].ToString(), file.ToArray());
        return Results.Json(new { fileId = "file-1", name = "a.jpg", url = _fileUrl, thumbnailUrl = _fileUrl, fileType = "image", size = file.Length });
    }
}
