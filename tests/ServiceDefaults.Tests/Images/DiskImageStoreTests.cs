using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Images;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.Images;

public sealed class DiskImageStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("visuels-images-");
    private readonly ImageProcessor _processor = new();
    private readonly DiskImageStore _disk;

    public DiskImageStoreTests() => _disk = new DiskImageStore(new ImageArea("products"), Options.Create(new ImageOptions { Folder = _folder.FullName }));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private FileInfo[] Files => _folder.GetFiles("*", SearchOption.AllDirectories);

    public void Dispose()
    {
        _processor.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_picture_gets_a_name_of_its_own_and_its_path_has_no_host()
    {
        var image = await _processor.ProcessAsync(Pictures.Jpeg(), Ct);

        var first = await _disk.SaveAsync(image, Ct);
        var second = await _disk.SaveAsync(image, Ct);

        Assert.NotEqual(first.FileId, second.FileId);
        Assert.Equal($"/images/products/{first.FileId}", first.Url);
        Assert.Equal($"https://shop.example/images/products/{first.FileId}", first.ToResponse(new SiteOptions { PublicUrl = "https://shop.example" }).Url);
        Assert.Equal(image.Bytes, await File.ReadAllBytesAsync(_disk.PathOf(first.FileId)!, Ct));
    }

    [Fact]
    public async Task A_picture_can_be_deleted_and_deleted_again()
    {
        var stored = await _disk.SaveAsync(await _processor.ProcessAsync(Pictures.Jpeg(), Ct), Ct);

        await _disk.DeleteAsync(stored.FileId, Ct);
        await _disk.DeleteAsync(stored.FileId, Ct);

        Assert.Empty(Files);
    }

    [Fact]
    public async Task A_name_that_is_none_of_ours_deletes_nothing()
    {
        var secret = Path.Combine(_folder.FullName, "secret.jpg");
        await File.WriteAllTextAsync(secret, "x", Ct);

        await _disk.DeleteAsync("../secret.jpg", Ct);
        await _disk.DeleteAsync(secret, Ct);

        Assert.True(File.Exists(secret));
    }

    [Fact]
    public async Task When_one_of_several_cannot_be_stored_none_stays()
    {
        var uploads = new ImageUploads(_processor, new FullAfter(2, _disk), NullLogger<ImageUploads>.Instance);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => uploads.SaveAllAsync([Upload(), Upload(), Upload()], Ct));

        Assert.Empty(Files);
    }

    [Fact]
    public async Task When_one_of_several_is_no_picture_none_is_stored()
    {
        var store = new FullAfter(0, _disk);
        var uploads = new ImageUploads(_processor, store, NullLogger<ImageUploads>.Instance);
        var text = new FormFile(new MemoryStream("text"u8.ToArray()), 0, 4, "images", "a.png");

        await Assert.ThrowsAsync<InvalidImageException>(() => uploads.SaveAllAsync([Upload(), text], Ct));

        Assert.Equal(0, store.Asked);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_stops_the_start_with_one_line()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");

        var refused = Assert.Throws<StartupException>(() => new ImageArea("products").FolderIn(new ImageOptions { Folder = file }));

        Assert.Contains("Images:Folder", refused.Message, StringComparison.Ordinal);
    }

    private static FormFile Upload()
    {
        var picture = Pictures.Jpeg();
        return new FormFile(new MemoryStream(picture), 0, picture.Length, "images", "a.jpg");
    }

    private sealed class FullAfter(int images, IImageStore disk) : IImageStore
    {
        public int Asked { get; private set; }

        public Task<StoredImage> SaveAsync(ProcessedImage image, CancellationToken ct) =>
            Asked++ < images ? disk.SaveAsync(image, ct) : throw new DependencyUnavailableException("disk (full)");

        public Task DeleteAsync(string fileId, CancellationToken ct) => disk.DeleteAsync(fileId, ct);
    }
}
