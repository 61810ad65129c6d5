using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Linq;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Orders.Carts;

/// <summary>Carts, one document per buyer under the buyer's id; each change is one atomic update.</summary>
internal sealed class CartStore(IMongoDatabase database) : IForgetsUsers
{
    // Another tab may make the cart, or remove the line, between the two updates of one try.
    private const int Tries = 3;

    private static readonly FilterDefinitionBuilder<Cart> Filter = Builders<Cart>.Filter;
    private static readonly UpdateDefinitionBuilder<Cart> Update = Builders<Cart>.Update;

    private readonly IMongoCollection<Cart> _carts = database.GetCollection<Cart>("carts");

    public async Task<Cart?> FindAsync(ObjectId buyer, CancellationToken ct) =>
        await _carts.Find(cart => cart.Id == buyer).FirstOrDefaultAsync(ct);

    /// <summary>Adds a line, or replaces the one of the same product; null when the cart is full.</summary>
    public async Task<Cart?> PutAsync(ObjectId buyer, CartLine line, CancellationToken ct)
    {
        for (var tried = 0; tried < Tries; tried++)
        {
            if ((await ReplaceAsync(buyer, line, ct) ?? await AddAsync(buyer, line, ct)) is { } cart)
            {
                return cart;
            }
        }

        return null;
    }

    public async Task<Cart?> RemoveAsync(ObjectId buyer, ObjectId product, CancellationToken ct) =>
        await _carts.FindOneAndUpdateAsync(
            cart => cart.Id == buyer, Update.PullFilter(cart => cart.Items, line => line.ProductId == product), After(upsert: false), ct);

    /// <summary>Removes the lines that became these orders; a line that was changed meanwhile has another order id and stays.</summary>
    public Task RemoveOrderedAsync(ObjectId buyer, IReadOnlyCollection<ObjectId> orders, CancellationToken ct) =>
        _carts.UpdateOneAsync(
            cart => cart.Id == buyer,
            Update.PullFilter(cart => cart.Items, Builders<CartLine>.Filter.In(line => line.OrderId, orders)),
            cancellationToken: ct);

    public Task ClearAsync(ObjectId buyer, CancellationToken ct) => _carts.DeleteOneAsync(cart => cart.Id == buyer, ct);

    public Task ForgetAsync(ObjectId user, CancellationToken ct) => ClearAsync(user, ct);

    private async Task<Cart?> ReplaceAsync(ObjectId buyer, CartLine line, CancellationToken ct) =>
        await _carts.FindOneAndUpdateAsync(
            Filter.Eq(cart => cart.Id, buyer) & Filter.ElemMatch(cart => cart.Items, item => item.ProductId == line.ProductId),
            Update.Set(cart => cart.Items.FirstMatchingElement(), line),
            After(upsert: false),
            ct);

    private async Task<Cart?> AddAsync(ObjectId buyer, CartLine line, CancellationToken ct)
    {
        try
        {
            return await _carts.FindOneAndUpdateAsync(
                Filter.Eq(cart => cart.Id, buyer)
                    & Filter.Ne("items.productId", line.ProductId)
                    & Filter.Exists($"items.{Cart.MaxLines - 1}", false),
                Update.Push(cart => cart.Items, line),
                After(upsert: true),
                ct);
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            // The cart exists and does not match: it is full, or holds the product now.
            return null;
        }
    }

    private static FindOneAndUpdateOptions<Cart> After(bool upsert) => new() { ReturnDocument = ReturnDocument.After, IsUpsert = upsert };
}
