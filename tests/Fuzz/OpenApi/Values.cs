using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MongoDB.Bson;
using Visuels.Fuzz.Rig;

namespace Visuels.Fuzz.OpenApi;

/// <summary>Good values: of this world where their name tells what is meant, else whatever the schema allows.</summary>
internal sealed class Values(Document document, World world, Random random)
{
    private static readonly string[] Texts = ["Quiet Harbour", "Ünïcödé 絵", "a", "O'Brien; DROP TABLE", "<b>bold</b>", "1", "x y z"];

    // What patterns of the documents may ask for.
    private static readonly string[] Candidates = ["12", "123456", "0.5", "1234567890", "abc", "user.name-1", "ABCDEFGHIJKLMNOP", "USD", "", "1990-12-31", "0123456789abcdef0123456789abcdef"];

    public T Pick<T>(IReadOnlyList<T> some) => some[random.Next(some.Count)];

    /// <summary>An id, or another word, that stands in a path.</summary>
    /// <param name="path">The path with its templates.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="person">Whose thing it shall be; null for anybody's.</param>
    public Thing PathValue(string path, string name, ObjectId? person)
    {
        var kind = KindOf(path, name);
        var all = world.Of(kind);
        if (kind == "person")
        {
            // Whoever names a person in a path means another.
            return Pick(all.Where(thing => person is null || !thing.Owners.Contains(person.Value)).ToList());
        }

        var own = all.Where(thing => person is null || thing.Owners.Count == 0 || thing.Owners.Contains(person.Value)).ToList();
        return own.Count > 0 ? Pick(own) : all.Count > 0 ? Pick(all) : new Thing(ObjectId.GenerateNewId().ToString());
    }

    public JsonNode? Value(string name, JsonNode schema, Somebody? actor)
    {
        var rules = document.Resolve(schema);
        if (Known(name, actor) is { } known && rules["type"]?.GetValue<string>() == "string" && rules["enum"] is null)
        {
            return JsonValue.Create(known);
        }

        return rules["type"]?.GetValue<string>() switch
        {
            "integer" => JsonValue.Create(Whole(rules)),
            "number" => JsonValue.Create(Math.Round((random.NextDouble() * 900) + 1, 2)),
            "boolean" => JsonValue.Create(random.Next(2) == 0),
            "array" => new JsonArray([.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Value(Singular(name), rules["items"]!, actor))]),
            "object" => new JsonObject((rules["properties"]?.AsObject() ?? []).Where(member => IsSent(rules, member.Key))
                .Select(member => KeyValuePair.Create(member.Key, Value(member.Key, member.Value!, actor)))),
            "string" => JsonValue.Create(Text(rules)),
            _ => Pick<JsonNode?>([null, JsonValue.Create(1), JsonValue.Create("x"), new JsonObject()]),
        };
    }

    /// <summary>Members of a body: all that are required, some of the others.</summary>
    public bool IsSent(JsonObject rules, string member) =>
        random.Next(100) < 50 || (rules["required"]?.AsArray() ?? []).Any(name => name!.GetValue<string>() == member);

    private string? Known(string name, Somebody? actor) => name switch
    {
        "email" => random.Next(3) == 0 ? $"new{random.Next()}@example.com" : actor?.Email ?? Pick(world.Of("email")).Id,
        "username" => $"new{random.Next()}",
        "password" or "current" or "next" or "currentPassword" or "newPassword" => random.Next(4) == 0 ? $"another horse {random.Next()}" : Somebody.Password,
        "refreshToken" => Any("refreshToken"),
        "productId" or "productIds" => Any("product"),
        "orderId" or "orderIds" => Any("order"),
        "messageId" => Any("message"),
        "userId" or "ids" or "userIds" => Any(world.Of("product").Count > 0 && name == "ids" ? "product" : "person"),
        "category" => Any("slug") ?? "Landscape",
        "artist" => Pick(world.Artists).Username,
        "currency" => Pick(["USD", "EUR", "JPY"]),
        "editions" => $"{random.Next(1, 4)}",
        "price" => $"{random.Next(1, 900)}",
        "dateOfBirth" => "1990-12-31",
        "mode" => Pick(["signin", "signup"]),
        "role" => Pick(["USER", "ARTIST"]),
        "address" => random.Next(2) == 0 ? Pick(world.Of("email")).Id : "12 Harbour Street",
        "template" => Any("template"),
        "sample" => Any("sample"),
        "specialist" or "stylesAndThemes" or "languages" => Pick(["oil,ink", "[\"oil\"]", "oil"]),
        // Only a list knows a cursor of its own.
        "cursor" => "",
        _ => null,
    };

    private string? Any(string kind) => world.Of(kind) is { Count: > 0 } things ? Pick(things).Id : null;

    private long Whole(JsonObject rules)
    {
        var least = rules["minimum"]?.GetValue<double>() ?? 0;
        var most = Math.Min(rules["maximum"]?.GetValue<double>() ?? 100, 1e15);
        return random.Next(3) == 0 ? Pick([(long)least, (long)most]) : (long)least + random.NextInt64(0, Math.Max(1, Math.Min(20, (long)most - (long)least)));
    }

    private string Text(JsonObject rules)
    {
        if (rules["enum"] is JsonArray words)
        {
            return words[random.Next(words.Count)]!.GetValue<string>();
        }

        if (rules["pattern"]?.GetValue<string>() is { } pattern)
        {
            return pattern.Contains("a-f]{24}", StringComparison.Ordinal)
                ? ObjectId.GenerateNewId().ToString()
                : Candidates.Where(candidate => Regex.IsMatch(candidate, pattern)).DefaultIfEmpty("").ElementAt(0);
        }

        if (rules["format"]?.GetValue<string>() == "date-time")
        {
            return DateTimeOffset.UtcNow.AddDays(-random.Next(5)).ToString("o");
        }

        var least = rules["minLength"]?.GetValue<int>() ?? 0;
        var most = rules["maxLength"]?.GetValue<int>() ?? 100;
        return random.Next(4) switch
        {
            0 => new string('x', Math.Max(1, least)),
            1 when most <= 5_000 => new string('y', most),
            _ => Pick(Texts.Where(text => text.Length >= least && text.Length <= most).DefaultIfEmpty(new string('z', Math.Max(1, least))).ToList()),
        };
    }

    private static string Singular(string name) => name is "ids" ? name : name.TrimEnd('s') is { } one && name.EndsWith("Ids", StringComparison.Ordinal) ? one : name;

    private static string KindOf(string path, string name) => (path, name) switch
    {
        (_, "username") => "username",
        (_, "userId") => "person",
        (_, "productId") => "product",
        (_, "orderId") => "order",
        (_, "fileId") => "file",
        (_, "name") => "template",
        _ when path.Contains("/sessions", StringComparison.Ordinal) => "session",
        _ when path.Contains("/reports", StringComparison.Ordinal) => "report",
        _ when path.Contains("/mailbox", StringComparison.Ordinal) => "mailbox",
        _ when path.Contains("/mails", StringComparison.Ordinal) => "mail",
        _ when path.Contains("/products", StringComparison.Ordinal) => "product",
        _ when path.Contains("/order", StringComparison.Ordinal) => "order",
        _ => "person",
    };
}
