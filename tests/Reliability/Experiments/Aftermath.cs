using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Chat.Conversations;
using Visuels.Jobs.Ledger;
using Visuels.Products.Artworks;
using Visuels.Reliability.Rig;

namespace Visuels.Reliability.Experiments;

/// <summary>What the services' documents say after a history, with its ids replaced by another's, so that the two can be compared.</summary>
/// <param name="Documents">Sorted, by what they are.</param>
internal sealed partial record Aftermath(IReadOnlyDictionary<string, IReadOnlyList<string>> Documents)
{
    private static readonly string[] Readers = ["product", "order", "chat", "jobs"];

    /// <summary>Reads everything that the history has left.</summary>
    /// <param name="market">Where.</param>
    /// <param name="history">Whose.</param>
    /// <param name="name">The other history's id for one of this.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<Aftermath> ReadAsync(Marketplace market, History history, Func<string, string> name, CancellationToken ct)
    {
        var documents = new Dictionary<string, IReadOnlyList<string>>();
        void Add(string what, IEnumerable<string> found) =>
            documents[what] = [.. found.Select(json => Id().Replace(json, id => name(id.Value))).Order(StringComparer.Ordinal)];
        async Task<IEnumerable<string>> OfAsync(string service, string collection, IEnumerable<ObjectId> ids) =>
            (await market.Store[service].GetCollection<BsonDocument>(collection).Find(Builders<BsonDocument>.Filter.In("_id", ids)).ToListAsync(ct)).Select(d => d.ToJson());

        foreach (var service in Readers)
        {
            Add($"copies of accounts in {service}", await OfAsync(service, "users", history.Users));
        }

        Add("copies of artworks in order", await OfAsync("order", "products", history.Works));
        Add("sales and states of artworks in product", (await market.Store["product"].GetCollection<Product>(Product.Collection)
            .Find(product => history.Works.Contains(product.Id)).ToListAsync(ct)).Select(Sales));
        var notes = history.Orders.SelectMany(order => Enumerable.Range(1, 3).Select(version => (string?)$"{order}:{version}")).ToList();
        // In which sequence notes arrive, and so their numbers, is the one thing that may differ.
        Add("notes of orders in chat", (await market.Store["chat"].GetCollection<Message>("messages")
            .Find(message => notes.Contains(message.ClientMessageId)).ToListAsync(ct)).Select(note => $"{note.ClientMessageId} {note.ChatId} {note.Type} {note.SenderId}"));
        var events = history.Events.Select(e => $"{e.Id:N}").ToHashSet();
        Add("mails of Jobs", (await market.Store["jobs"].GetCollection<Mail>("mails").Find(FilterDefinition<Mail>.Empty).ToListAsync(ct))
            .Where(mail => events.Contains(mail.Id.Split('.')[0])).Select(mail => $"{mail.Id} {mail.To} {mail.State}"));
        return new Aftermath(documents);
    }

    // The sequence of sales is that of their arrival.
    private static string Sales(Product product) =>
        $"{product.Id} {product.Status} {product.Editions}: {string.Join(", ", product.Sales.OrderBy(sale => sale.OrderId).Select(sale => $"{sale.OrderId} v{sale.Version} {sale.Editions}"))}";

    // Ids of documents, and of events without dashes.
    [GeneratedRegex("[0-9a-f]{32}|[0-9a-f]{24}")]
    private static partial Regex Id();
}
