using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Products.Listing;

/// <summary>
/// Withdraws the artworks of an artist who has deleted the account, and what the artist told of them in person. Title, price and pictures
/// stay, as with every archived artwork: orders show them.
/// </summary>
internal sealed class DeletedArtists(IMongoDatabase database, ProductEditing editing) : IForgetsUsers
{
    private const int BatchSize = 100;

    private readonly IMongoCollection<Product> _products = database.GetCollection<Product>(Product.Collection);

    public async Task ForgetAsync(ObjectId user, CancellationToken ct)
    {
        while (await ListedAsync(user, ct) is { Count: > 0 } listed)
        {
            foreach (var product in listed)
            {
                await editing.ChangeAsync(product, user, ProductEditing.Withdraw, ct);
            }
        }

        await _products.UpdateManyAsync(
            product => product.ArtistId == user,
            Builders<Product>.Update.Unset(product => product.ArtistNote).Unset(product => product.Story),
            cancellationToken: ct);
    }

    private Task<List<ObjectId>> ListedAsync(ObjectId artist, CancellationToken ct) => _products
        .Find(product => product.ArtistId == artist && product.Listed)
        .Limit(BatchSize)
        .Project(product => product.Id)
        .ToListAsync(ct);
}
