using Microsoft.Data.Sqlite;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Server;

namespace Visuels.EmbeddedMongo.Tests.Durability;

/// <summary>Files that a power failure or something worse has left behind.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embedded-mongo-tests-").FullName;

    private string DataFile => Path.Combine(_folder, "data.sqlite");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_log_cut_off_or_garbled_anywhere_gives_a_prefix_of_what_was_written_with_sound_indexes()
    {
        const int Written = 300;
        using (var server = await ServerProcess.StartAsync(_folder))
        {
            using var client = new MongoClient(server.ConnectionString);
            var things = await Book.OpenAsync(client);
            for (var n = 0; n < Written; n++)
            {
                await things.InsertOneAsync(new BsonDocument { { "_id", n }, { "key", n }, { "tags", new BsonArray { "all", n } }, { "text", $"word{n}" } }, cancellationToken: Find.Ct);
            }

            server.Kill();
        }

        var random = new Random(7);
        var log = await File.ReadAllBytesAsync(DataFile + "-wal", Find.Ct);
        var kept = new List<int>();
        for (var i = 0; i < 12; i++)
        {
            var copy = Directory.CreateDirectory(Path.Combine(_folder, $"copy{i}")).FullName;
            File.Copy(DataFile, Path.Combine(copy, "data.sqlite"));
            var cut = i == 0 ? log.Length : random.Next(log.Length / 4, log.Length);
            var damaged = log[..cut];
            if (i % 2 == 1)
            {
                damaged = [.. damaged, .. new byte[random.Next(10_000)]];
                random.NextBytes(damaged.AsSpan(cut));
            }

            await File.WriteAllBytesAsync(Path.Combine(copy, "data.sqlite-wal"), damaged, Find.Ct);
            kept.Add(await PrefixAsync(copy));
        }

        Assert.Equal(Written, kept[0]);
        Assert.Contains(kept, n => n is > 0 and < Written);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("cut")]
    [InlineData("folder")]
    [InlineData("header only")]
    [InlineData("catalog page")]
    [InlineData("index definition")]
    [InlineData("newer format")]
    public async Task A_damaged_file_is_named_in_one_line(string damage)
    {
        await FillAsync();
        Damage(damage);

        var error = await Assert.ThrowsAsync<EmbeddedMongoException>(() => EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = _folder }, Find.Ct));

        Assert.Single(error.Message.Split('\n'));
        Assert.Contains("data folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_collection_is_an_error_with_a_code_and_the_others_work_on()
    {
        await FillAsync();
        long page;
        using (var sqlite = Open())
        {
            page = Convert.ToInt64(Scalar(sqlite, "SELECT rootpage FROM sqlite_schema WHERE name = 'c1'"), System.Globalization.CultureInfo.InvariantCulture);
        }

        Overwrite((page - 1) * 4096, 4096);
        await using var server = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = _folder }, Find.Ct);
        using var client = new MongoClient(server.ConnectionString);
        var (broken, whole) = (client.GetDatabase("d").GetCollection<BsonDocument>("one"), client.GetDatabase("d").GetCollection<BsonDocument>("two"));

        Assert.Equal(8, (await Assert.ThrowsAsync<MongoCommandException>(() => broken.Find("{}").ToListAsync(Find.Ct))).Code);
        Assert.Equal(8, (await Assert.ThrowsAsync<MongoCommandException>(() => broken.InsertOneAsync("{_id: 'new'}"))).Code);
        await whole.InsertOneAsync("{_id: 'new'}");
        Assert.Equal(201, await whole.CountDocumentsAsync("{}", cancellationToken: Find.Ct));
        await Validated.CheckAsync(client.GetDatabase("d"), "two");
    }

    private static async Task<int> PrefixAsync(string folder)
    {
        await using var server = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = folder }, Find.Ct);
        using var client = new MongoClient(server.ConnectionString);
        var stored = await client.GetDatabase("d").GetCollection<BsonDocument>("things").Find("{}").SortBy(d => d["_id"]).ToListAsync(Find.Ct);
        Assert.Equal(Enumerable.Range(0, stored.Count), stored.Select(d => d["_id"].AsInt32));
        if (stored.Count > 0)
        {
            await Validated.CheckAsync(client.GetDatabase("d"), "things");
        }

        return stored.Count;
    }

    private async Task FillAsync()
    {
        await using var server = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = _folder }, Find.Ct);
        using var client = new MongoClient(server.ConnectionString);
        foreach (var name in (string[])["one", "two"])
        {
            var things = client.GetDatabase("d").GetCollection<BsonDocument>(name);
            await things.IndexAsync("{n: 1}");
            await things.InsertManyAsync(Enumerable.Range(0, 200).Select(n => new BsonDocument { { "_id", n }, { "n", n }, { "text", new string('x', 500) } }), cancellationToken: Find.Ct);
        }
    }

    private void Damage(string damage)
    {
        switch (damage)
        {
            case "garbage":
                Overwrite(0, 20_000);
                break;
            case "cut":
                using (var file = File.OpenWrite(DataFile))
                {
                    file.SetLength(file.Length / 2);
                }

                break;
            case "header only":
                Overwrite(100, 40_000);
                break;
            case "folder":
                File.Delete(DataFile);
                Directory.CreateDirectory(DataFile);
                break;
            case "catalog page":
                using (var sqlite = Open())
                {
                    var page = Convert.ToInt64(Scalar(sqlite, "SELECT rootpage FROM sqlite_schema WHERE name = 'indexes'"), System.Globalization.CultureInfo.InvariantCulture);
                    sqlite.Close();
                    Overwrite((page - 1) * 4096, 4096);
                }

                break;
            case "index definition":
                using (var sqlite = Open())
                {
                    Scalar(sqlite, "UPDATE indexes SET spec = x'0700000010'");
                }

                break;
            default:
                using (var sqlite = Open())
                {
                    Scalar(sqlite, "PRAGMA user_version = 99");
                }

                break;
        }
    }

    private void Overwrite(long at, int count)
    {
        var garbage = new byte[count];
        new Random(1).NextBytes(garbage);
        using var file = File.OpenWrite(DataFile);
        file.Position = at;
        file.Write(garbage);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={DataFile};Pooling=False");
        connection.Open();
        return connection;
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
