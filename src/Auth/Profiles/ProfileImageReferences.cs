using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Auth.Profiles;

/// <summary>The images that artists' profiles show.</summary>
internal sealed class ProfileImageReferences(IMongoDatabase database) : IImageReferences, ICreatesIndexes
{
    private const string Avatar = "artistProfile.avatar.fileId";
    private const string Banner = "artistProfile.banner.fileId";

    private readonly IMongoCollection<Account> _accounts = database.GetCollection<Account>(AccountStore.Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _accounts.Indexes.CreateManyAsync(
        new[] { ("avatar", Avatar), ("banner", Banner) }.Select(image => new CreateIndexModel<Account>(
            Builders<Account>.IndexKeys.Ascending(image.Item2), new CreateIndexOptions { Name = image.Item1, Sparse = true })),
        ct);

    public async Task<IReadOnlySet<string>> FindAsync(IReadOnlyCollection<string> fileIds, CancellationToken ct)
    {
        var found = await _accounts
            .Find(Builders<Account>.Filter.In(Avatar, fileIds) | Builders<Account>.Filter.In(Banner, fileIds))
            .Project<Account>(Builders<Account>.Projection.Include(a => a.ArtistProfile).Include(a => a.Email))
            .ToListAsync(ct);
        return found.SelectMany(a => new[] { a.ArtistProfile?.Avatar, a.ArtistProfile?.Banner }).OfType<StoredImage>().Select(image => image.FileId).ToHashSet();
    }
}
