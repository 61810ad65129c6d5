using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Passwords;
using Visuels.Chat.Conversations;
using Visuels.Orders;
using Visuels.Orders.Artworks;
using Visuels.Orders.Carts;
using Visuels.Products.Artworks;
using Visuels.Products.Listing;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.AllInOne.Demo;

/// <summary>
/// Gives an empty marketplace something to look at: accounts, artworks, an order, a chat. Written straight into the stores and
/// without events: services that miss a copy ask its owner, and nobody gets mail about a demo.
/// </summary>
internal static class DemoSeed
{
    /// <summary>Seeds a marketplace that has no account yet, outside Production.</summary>
    /// <param name="services">The running services by name.</param>
    /// <param name="artworks">How many artworks; 0 means no demo at all.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The demo's accounts, if the demo is in the store.</returns>
    public static async Task<DemoAccounts?> ApplyAsync(IReadOnlyDictionary<string, WebApplication> services, int artworks, CancellationToken ct)
    {
        var auth = services["auth"].Services;
        if (services["auth"].Environment.IsProduction() || artworks == 0)
        {
            return null;
        }

        var store = auth.GetRequiredService<AccountStore>();
        if (await store.FindByEmailAsync(DemoAccounts.Known.Accounts[0].Email, ct) is not null)
        {
            return DemoAccounts.Known;
        }

        if (await auth.GetRequiredService<IMongoDatabase>().GetCollection<BsonDocument>(AccountStore.Collection).Find(new BsonDocument()).AnyAsync(ct))
        {
            return null;
        }

        var now = auth.GetRequiredService<TimeProvider>().GetUtcNow();
        var accounts = await AccountsAsync(auth.GetRequiredService<Passwords>(), now, ct);
        var products = await DemoArtworks.CreateAsync(services["product"].Services, [.. accounts.Where(account => account.Role == Roles.Artist)], artworks, now, ct);
        await store.AddVerifiedAsync(accounts, announce: false, ct);
        await CardsAsync(services.Values, accounts, now, ct);
        await services["product"].Services.GetRequiredService<ListingStore>().AddManyAsync(products, ct);

        var buyer = accounts.First(account => account.Role == Roles.User);
        await OrderAsync(services["order"].Services, products[0], buyer, now, ct);
        await ChatAsync(services["chat"].Services, products[0].ArtistId, buyer.Id, products[0].Title, now, ct);
        return DemoAccounts.Known;
    }

    private static async Task<List<Account>> AccountsAsync(Passwords passwords, DateTimeOffset now, CancellationToken ct)
    {
        // One password for all, so one hash: it is no secret, and hashing is slow on purpose.
        var hash = await passwords.HashAsync(DemoAccounts.Password, ct);
        return
        [
            .. DemoAccounts.Known.Accounts.Select(account => new Account
            {
                Id = ObjectId.GenerateNewId(),
                Email = account.Email,
                Username = account.Username,
                UsernameKey = Account.KeyOf(account.Username),
                Name = account.Name,
                Role = account.Role,
                PasswordHash = hash,
                JoinDate = now,
            }),
        ];
    }

    // Who is looked for by name is found among a service's own cards.
    private static async Task CardsAsync(IEnumerable<WebApplication> services, List<Account> accounts, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var cards in services.Select(service => service.Services.GetService<UserCards>()).OfType<UserCards>())
        {
            foreach (var account in accounts)
            {
                await cards.ApplyAsync(account.Registered(now).ToCard(), ct);
            }
        }
    }

    private static async Task OrderAsync(IServiceProvider order, Product product, Account buyer, DateTimeOffset now, CancellationToken ct)
    {
        var card = new ProductCard
        {
            Id = product.Id,
            Version = product.Version,
            ArtistId = product.ArtistId,
            Title = product.Title,
            PriceMinor = product.Price.Minor,
            Currency = product.Price.Currency,
            ImageUrl = order.GetRequiredService<IOptions<SiteOptions>>().Value.Absolute(product.Images[0].Url),
            Editions = product.Editions,
            Listed = true,
        };
        var line = CartLine.Of(product.Id, 1, "Could you sign it on the back?", now);
        var placed = Order.Place(line, buyer.Id, card, now) with { Outbox = new Outbox() };
        await order.GetRequiredService<OrderStore>().InsertAsync([placed], ct);
    }

    private static async Task ChatAsync(IServiceProvider chat, ObjectId artist, ObjectId buyer, string title, DateTimeOffset now, CancellationToken ct)
    {
        var log = chat.GetRequiredService<MessageLog>();
        var pair = Pair.Of(artist, buyer);
        (ObjectId Sender, string Text)[] lines =
        [
            (buyer, $"Hello! Is {title} still available?"),
            (artist, "It is. I can send it next week."),
            (buyer, "Lovely, I have just ordered it."),
        ];
        foreach (var (sender, text) in lines)
        {
            await log.AppendAsync(pair, new Draft(sender, text, MessageTypes.Text, null, now), ct);
        }
    }
}
