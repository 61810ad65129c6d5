using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Orders.Artworks;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Reliability.Rig;

/// <summary>Compares what services know of one another's accounts and artworks with what their owners know.</summary>
internal static class CopyCheck
{
    private static readonly string[] Readers = ["product", "order", "chat", "jobs"];

    /// <param name="market">Where to look.</param>
    /// <param name="ids">Accounts.</param>
    /// <param name="areKnown">Whether every service must have a copy; else one that has none is in order, for it would ask.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<IReadOnlyList<string>> AccountsAsync(Marketplace market, IReadOnlyCollection<ObjectId> ids, bool areKnown, CancellationToken ct)
    {
        var accounts = await market.Store["auth"].GetCollection<Account>(AccountStore.Collection).Find(account => ids.Contains(account.Id)).ToListAsync(ct);
        var problems = new List<string>();
        foreach (var service in Readers)
        {
            var cards = (await market.Store[service].GetCollection<UserCard>("users").Find(card => ids.Contains(card.Id)).ToListAsync(ct)).ToDictionary(card => card.Id);
            problems.AddRange(
                from account in accounts
                let card = cards.GetValueOrDefault(account.Id)
                where card is null ? areKnown : card.Version != account.Version || card.Name != account.Name
                select $"{service} knows account {account.Id} at version {card?.Version ?? 0}, Auth at {account.Version}");
        }

        return problems;
    }

    /// <summary>What Order knows of artworks.</summary>
    public static async Task<IReadOnlyList<string>> ProductsAsync(Marketplace market, IReadOnlyCollection<Product> products, CancellationToken ct)
    {
        var ids = products.Select(product => product.Id).ToList();
        var cards = (await market.Store["order"].GetCollection<ProductCard>("products").Find(card => ids.Contains(card.Id)).ToListAsync(ct)).ToDictionary(card => card.Id);
        return
        [
            .. from product in products
               let card = cards.GetValueOrDefault(product.Id)
               where card is not null && (card.Version != product.Version || card.Listed != product.Listed || (card.Listed && card.Title != product.Title))
               select $"Order knows product {product.Id} at version {card.Version}, Product at {product.Version}",
        ];
    }
}
