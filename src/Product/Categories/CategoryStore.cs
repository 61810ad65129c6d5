using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Products.Categories;

internal sealed class CategoryStore(IMongoDatabase database) : ICreatesIndexes
{
    public const int LongestName = 50;

    private const int MostListed = 500;

    // What the storefront's form offers.
    private static readonly string[] Curated =
        ["Abstract", "Nature", "Urban", "Digital", "Portrait", "Landscape", "Minimalist", "Contemporary"];

    private readonly IMongoCollection<Category> _categories = database.GetCollection<Category>("categories");

    public async Task CreateIndexesAsync(CancellationToken ct)
    {
        await _categories.Indexes.CreateManyAsync(
            [
                new CreateIndexModel<Category>(Builders<Category>.IndexKeys.Ascending(c => c.Slug), new CreateIndexOptions { Name = "slug", Unique = true }),
                new CreateIndexModel<Category>(Builders<Category>.IndexKeys.Ascending(c => c.Name), new CreateIndexOptions { Name = "name" }),
            ],
            ct);
        foreach (var name in Curated)
        {
            await GetOrAddAsync(name, Slug.Of(name)!, ct);
        }
    }

    /// <summary>The category with this slug, made under this name when there is none; whoever makes it first names it.</summary>
    public async Task<Category> GetOrAddAsync(string name, string slug, CancellationToken ct)
    {
        try
        {
            return await _categories.FindOneAndUpdateAsync(
                c => c.Slug == slug,
                Builders<Category>.Update.SetOnInsert(c => c.Id, ObjectId.GenerateNewId()).SetOnInsert(c => c.Name, name),
                new FindOneAndUpdateOptions<Category> { IsUpsert = true, ReturnDocument = ReturnDocument.After },
                ct);
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            // Two made it at once; the other one did.
            return await _categories.Find(c => c.Slug == slug).FirstAsync(ct);
        }
    }

    public Task<List<Category>> AllAsync(CancellationToken ct) =>
        _categories.Find(FilterDefinition<Category>.Empty).SortBy(c => c.Name).Limit(MostListed).ToListAsync(ct);
}
