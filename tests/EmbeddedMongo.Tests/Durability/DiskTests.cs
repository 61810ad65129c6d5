using System.Diagnostics;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Server;

namespace Visuels.EmbeddedMongo.Tests.Durability;

/// <summary>A disk that is full, or takes no writes: clients are told, reads go on, and nothing is half-written.</summary>
public sealed class DiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embedded-mongo-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_full_disk_is_an_error_with_a_code_and_writes_work_again_once_there_is_room()
    {
        await SkipUnlessMountsAsync();
        // The file system belongs to the server's own mount namespace and goes with it.
        using var server = await ServerProcess.StartAsync(ServerProcess.LaunchAfter("mount -t tmpfs -o size=8m tmpfs \"$0\"", _folder, "unshare", "--map-root-user", "--mount"));
        using var client = new MongoClient(server.ConnectionString);
        var things = await Book.OpenAsync(client);
        var book = new Book(writer: 0, seed: 1);
        for (var i = 0; i < 50; i++)
        {
            await book.WriteAsync(things, Find.Ct);
        }

        var filler = $"/proc/{server.Id}/root{_folder}/filler";
        Fill(filler);
        var written = await WriteUntilRefusedAsync(things, 14031);
        await CheckAsync(client, book, written);
        Assert.Equal(14031, (await Assert.ThrowsAsync<MongoCommandException>(() => things.IndexAsync("{padding: 1, version: 1}"))).Code);
        await CheckAsync(client, book, written);

        File.Delete(filler);
        for (var i = 0; i < 50; i++)
        {
            await book.WriteAsync(things, Find.Ct);
        }

        await things.IndexAsync("{padding: 1, version: 1}");
        await CheckAsync(client, book, written);
    }

    [Fact]
    public async Task A_write_too_large_for_the_disk_takes_with_it_only_writes_that_are_told_so()
    {
        await SkipUnlessMountsAsync();
        using var server = await ServerProcess.StartAsync(ServerProcess.LaunchAfter("mount -t tmpfs -o size=16m tmpfs \"$0\"", _folder, "unshare", "--map-root-user", "--mount"));
        using var client = new MongoClient(server.ConnectionString);
        var things = await Book.OpenAsync(client);
        var large = Enumerable.Range(0, 3).Select(i => new BsonDocument { { "_id", $"large{i}" }, { "key", i }, { "padding", new string('x', 15_000_000) } }).ToList();
        var tooLarge = Task.Run(async () =>
        {
            for (var i = 0; i < 4; i++)
            {
                var refused = await Assert.ThrowsAsync<MongoCommandException>(() => things.InsertManyAsync(large, cancellationToken: Find.Ct));
                Assert.True(refused.Code == 14031, refused.Message);
            }
        }, Find.Ct);

        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var mine = new List<string>();
            for (var i = 0; !tooLarge.IsCompleted; i++)
            {
                try
                {
                    await things.InsertOneAsync(new BsonDocument { { "_id", $"{writer}-{i}" }, { "key", $"{writer}-{i}" } }, cancellationToken: Find.Ct);
                    mine.Add($"{writer}-{i}");
                }
                catch (MongoCommandException refused)
                {
                    Assert.True(refused.Code == 14031, refused.Message);
                }
            }

            return mine;
        }));

        await tooLarge;
        var stored = await things.Find("{}").ToListAsync(Find.Ct);
        Assert.Equal(written.SelectMany(w => w).Order(), stored.Select(d => d["_id"].AsString).Order());
        await Validated.CheckAsync(client.GetDatabase("d"), "things");
    }

    [Fact]
    public async Task A_disk_that_takes_no_writes_keeps_reads_alive()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Limits of a running process are set as Linux does.");
        }

        // From then on every write to a file fails, as on a disk that the system has made read-only; the signal for it would end the process.
        using var server = await ServerProcess.StartAsync(ServerProcess.LaunchAfter("trap '' XFSZ", _folder));
        using var client = new MongoClient(server.ConnectionString);
        var things = await Book.OpenAsync(client);
        var book = new Book(writer: 0, seed: 2);
        for (var i = 0; i < 50; i++)
        {
            await book.WriteAsync(things, Find.Ct);
        }

        await LimitFilesAsync(server, "0");
        var written = await WriteUntilRefusedAsync(things, 8);
        Assert.Equal(0, written);
        await CheckAsync(client, book, written);

        await LimitFilesAsync(server, "unlimited");
        for (var i = 0; i < 50; i++)
        {
            await book.WriteAsync(things, Find.Ct);
        }

        await CheckAsync(client, book, written);
    }

    [Fact]
    public async Task A_read_only_folder_is_named_in_one_line()
    {
        await SkipUnlessMountsAsync();
        using var process = ServerProcess.LaunchAfter("mount -t tmpfs -o ro tmpfs \"$0\"", _folder, "unshare", "--map-root-user", "--mount");
        var errors = await process.StandardError.ReadToEndAsync(Find.Ct);
        await process.WaitForExitAsync(Find.Ct);

        Assert.Equal(1, process.ExitCode);
        Assert.Contains("cannot be used", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    private static async Task CheckAsync(MongoClient client, Book book, int padded)
    {
        // By new connections, whose readers the server has to open as well.
        using var other = new MongoClient(new MongoClientSettings { Server = client.Settings.Server, DirectConnection = true, ApplicationName = Guid.NewGuid().ToString("N") });
        var things = other.GetDatabase("d").GetCollection<BsonDocument>("things");
        book.Compare(await things.Find("{writer: 0}").ToListAsync(Find.Ct));
        Assert.Equal(padded, await things.CountDocumentsAsync("{padding: {$exists: true}}", cancellationToken: Find.Ct));
        await Validated.CheckAsync(other.GetDatabase("d"), "things");
    }

    private static async Task<int> WriteUntilRefusedAsync(IMongoCollection<BsonDocument> things, int code)
    {
        // Several at once, whose writes share commits.
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 500; i++)
            {
                try
                {
                    var id = $"{writer}-{i}-{Guid.NewGuid():N}";
                    await things.InsertOneAsync(new BsonDocument { { "_id", id }, { "padding", new string('x', 10_000) }, { "key", id } }, cancellationToken: Find.Ct);
                }
                catch (MongoCommandException refused)
                {
                    Assert.Equal(code, refused.Code);
                    return i;
                }
            }

            throw new InvalidOperationException("The disk took it all.");
        }));
        return written.Sum();
    }

    private static void Fill(string file)
    {
        using var filler = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // That was the last free block.
        }
    }

    private static async Task LimitFilesAsync(ServerProcess server, string size)
    {
        using var limit = Process.Start("prlimit", [$"--pid={server.Id}", $"--fsize={size}:"]);
        await limit.WaitForExitAsync(Find.Ct);
        Assert.Equal(0, limit.ExitCode);
    }

    private static async Task SkipUnlessMountsAsync()
    {
        var answer = "it is not Linux.";
        if (OperatingSystem.IsLinux())
        {
            using var attempt = Process.Start(new ProcessStartInfo("unshare", ["--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]) { RedirectStandardError = true })!;
            answer = await attempt.StandardError.ReadToEndAsync(Find.Ct);
            await attempt.WaitForExitAsync(Find.Ct);
            if (attempt.ExitCode == 0)
            {
                return;
            }
        }

        Assert.Skip($"No file system of its own can be given to a process here: {answer}");
    }
}
