using Microsoft.Extensions.Options;
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

        var first = await _disk.SaveAsync(image, ImageNames.New(image), Ct);
        var second = await _disk.SaveAsync(image, ImageNames.New(image), Ct);

        Assert.NotEqual(first.FileId, second.FileId);
        Assert.Equal($"/images/products/{first.FileId}", first.Url);
        Assert.Equal($"https://shop.example/images/products/{first.FileId}", first.ToResponse(new SiteOptions { PublicUrl = "https://shop.example" }).Url);
        Assert.Equal(image.Bytes, await File.ReadAllBytesAsync(_disk.PathOf(first.FileId)!, Ct));
    }

    [Fact]
    public async Task A_picture_can_be_deleted_and_deleted_again()
    {
        var image = await _processor.ProcessAsync(Pictures.Jpeg(), Ct);
        var stored = await _disk.SaveAsync(image, ImageNames.New(image), Ct);

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
    public async Task A_picture_cut_short_by_the_end_of_the_process_is_found_and_deleted_like_any_other()
    {
        var image = await _processor.ProcessAsync(Pictures.Jpeg(), Ct);
        var name = ImageNames.New(image);
        await File.WriteAllBytesAsync(_disk.PathOf(name) + ".tmp", [1], Ct);

        Assert.Equal(name, await _disk.FindAsync(name, Ct));
        await _disk.DeleteAsync(name, Ct);

        Assert.Empty(Files);
    }

    [Fact]
    public async Task Pictures_older_than_a_time_are_listed_and_nothing_else_is()
    {
        var image = await _processor.ProcessAsync(Pictures.Jpeg(), Ct);
        var old = await _disk.SaveAsync(image, ImageNames.New(image), Ct);
        await _disk.SaveAsync(image, ImageNames.New(image), Ct);
        File.SetLastWriteTimeUtc(_disk.PathOf(old.FileId)!, DateTime.UtcNow.AddHours(-2));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "products", "readme.txt"), "x", Ct);

        var listed = await _disk.ListAsync(DateTimeOffset.UtcNow.AddHours(-1), Ct).ToListAsync(Ct);

        Assert.Equal(old.FileId, Assert.Single(listed).FileId);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_stops_the_start_with_one_line()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");

        var refused = Assert.Throws<StartupException>(() => new ImageArea("products").FolderIn(new ImageOptions { Folder = file }));

        Assert.Contains("Images:Folder", refused.Message, StringComparison.Ordinal);
    }
}
