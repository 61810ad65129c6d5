using System.Text.Json.Nodes;
using MongoDB.Bson;
using Visuels.Fuzz.Rig;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Fuzz.OpenApi;

/// <summary>Something that exists, and whose it is.</summary>
internal sealed record Thing(string Id, params IReadOnlyList<ObjectId> Owners);

/// <summary>People and their things, made afresh every few hundred requests, so that ids hit.</summary>
internal sealed class World
{
    private readonly Dictionary<string, List<Thing>> _things = [];

    public IReadOnlyList<Somebody> Buyers { get; private set; } = [];

    public IReadOnlyList<Somebody> Artists { get; private set; } = [];

    public Somebody Admin { get; private set; } = null!;

    public static async Task<World> MakeAsync(Market market, Calls calls, string service)
    {
        var world = new World();
        var people = await market.AddAsync(Roles.User, Roles.User, Roles.User, Roles.Artist, Roles.Artist, Roles.Artist, Roles.Admin);
        (world.Buyers, world.Artists, world.Admin) = ([.. people.Take(3)], [.. people.Skip(3).Take(3)], people[6]);
        foreach (var person in people)
        {
            world.Add("person", person.Id.ToString(), person.Id);
            world.Add("username", person.Username);
            world.Add("email", person.Email);
        }

        await (service switch
        {
            "auth" => world.AddSessionsAsync(calls),
            "product" => world.AddProductsAsync(calls),
            "order" => world.AddOrdersAsync(calls),
            "chat" => world.AddMessagesAsync(calls),
            _ => world.AddMailsAsync(calls),
        });
        return world;
    }

    public IReadOnlyList<Thing> Of(string kind) => _things.GetValueOrDefault(kind) ?? [];

    public void Add(string kind, string id, params IReadOnlyList<ObjectId> owners)
    {
        if (!_things.TryGetValue(kind, out var all))
        {
            _things[kind] = all = [];
        }

        all.Add(new Thing(id, owners));
    }

    private async Task AddSessionsAsync(Calls calls)
    {
        foreach (var person in Buyers.Concat(Artists))
        {
            var reply = await calls.SendAsync(
                "auth", HttpMethod.Post, "/api/v1/auth/email-signin?tokens=true", null, new { email = person.Email, password = Somebody.Password });
            if (reply.Body?["refreshToken"]?.GetValue<string>() is { } refresh)
            {
                Add("refreshToken", refresh);
                var sessions = await calls.SendAsync("auth", HttpMethod.Get, "/api/v1/auth/sessions", reply.Body["accessToken"]!.GetValue<string>());
                foreach (var session in sessions.Body?["sessions"]?.AsArray() ?? [])
                {
                    Add("session", session!["_id"]!.GetValue<string>(), person.Id);
                }
            }
        }
    }

    private async Task AddProductsAsync(Calls calls)
    {
        foreach (var (artist, editions) in Artists.SelectMany(artist => new[] { (artist, 1), (artist, 3) }))
        {
            var product = await calls.ListAsync(artist, "Quiet Harbour", editions: editions);
            Add("product", product["_id"]!.GetValue<string>(), artist.Id);
            var images = await calls.AddImageAsync(artist, product["_id"]!.GetValue<string>());
            foreach (var image in images)
            {
                Add("file", image, artist.Id);
            }

            Add("slug", product["category"]!["slug"]!.GetValue<string>());
        }
    }

    private async Task AddOrdersAsync(Calls calls)
    {
        await AddProductsAsync(calls);
        foreach (var (product, i) in Of("product").Select((product, i) => (product, i)))
        {
            foreach (var buyer in Buyers.Take(2))
            {
                var placed = await calls.SendAsync("order", HttpMethod.Post, "/api/v1/order/create", buyer.Token, new { productId = product.Id });
                var order = placed.Body!["order"]!["_id"]!.GetValue<string>();
                Add("order", order, buyer.Id, product.Owners[0]);
                if (i == 1)
                {
                    var artist = Artists.Single(artist => artist.Id == product.Owners[0]);
                    await calls.SendAsync("order", HttpMethod.Patch, $"/api/v1/order/{order}", artist.Token, new { status = "ACCEPTED" });
                }
            }

            await calls.SendAsync("order", HttpMethod.Put, $"/api/v1/order/cart/items/{product.Id}", Buyers[2].Token, new { quantity = 1 });
        }
    }

    private async Task AddMessagesAsync(Calls calls)
    {
        foreach (var (from, to) in Buyers.Zip(Artists).SelectMany(pair => new[] { (pair.First, pair.Second), (pair.Second, pair.First) }))
        {
            var sent = await calls.SendAsync("chat", HttpMethod.Post, $"/api/v1/message/send/{to.Id}", from.Token, new { content = "Hello", type = "TEXT" });
            var message = sent.Body!["message"]!["_id"]!.GetValue<string>();
            Add("message", message);
            var report = await calls.SendAsync("chat", HttpMethod.Post, "/api/v1/message/reports", to.Token, new { userId = from.Id, reason = "Spam", messageId = message });
            Add("report", report.Body!["report"]!["_id"]!.GetValue<string>());
        }
    }

    private async Task AddMailsAsync(Calls calls)
    {
        await AddOrdersAsync(calls);
        AddAll("mail", await calls.SendAsync("jobs", HttpMethod.Get, "/internal/mails?limit=20", Admin.Token), "mails");
        AddAll("mailbox", await calls.SendAsync("jobs", HttpMethod.Get, "/dev/mailbox", null), null);
        foreach (var template in (await calls.SendAsync("jobs", HttpMethod.Get, "/dev/templates", null)).Body!["templates"]!.AsArray())
        {
            Add("template", template!["name"]!.GetValue<string>());
            Add("sample", template["samples"]![0]!["name"]!.GetValue<string>());
        }
    }

    private void AddAll(string kind, Reply reply, string? member)
    {
        foreach (var item in (member is null ? reply.Body : reply.Body?[member])?.AsArray().Take(20) ?? [])
        {
            Add(kind, ((item as JsonObject)?["_id"] ?? item!["id"])!.GetValue<string>());
        }
    }
}
