using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Visuels.Fuzz.OpenApi;

/// <summary>Spoils JSON bodies: one member, or the whole.</summary>
internal sealed class JsonSpoils(Document document, Random random)
{
    private static readonly string[] Anything =
    [
        "null", "true", "0", "-0", "-1", "1.5", "1e309", "-1e309", "1e-400", "NaN", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808",
        "99999999999999999999999999999999", "0.1000000000000000000000000000000000001", "1.0", "\"\"", "\" \"", "\"1\"", "\"abc\"", "\"NaN\"", "\"1e5\"", "\"0x10\"",
        "{}", "[]", "[null]", "[[]]", "{\"$gt\":\"\"}", "{\"$ne\":null}", "{\"$where\":\"sleep(1000)\"}", "\"$where\"", "\"this.password\"", "\"a\\u0000b\"",
        "\"\\ud800\"", "\"\\udc00x\"", "\"\\r\\nSet-Cookie: a=b\"", "\"\\u202Eevil\"", "\"<img src=x onerror=alert(1)>\"", "\"{{7*7}}\"", "\"${7*7}\"", "\"../../etc/passwd\"",
        "\"(a+)+$\"", "\".*\"", "\"[\"", "\"%00\"", "\"\\ufeff\"", "\"👩‍👩‍👧‍👦\"", "\"000000000000000000000000\"", "\"ZZZZZZZZZZZZZZZZZZZZZZZZ\"",
    ];

    private static readonly string[] Unclean = ["\\u0000", "\\ud800", "\\udc00"];

    private static readonly string[] Strangers = ["$where", "__proto__", "constructor", "_id", "role", "isAdmin", "artistId", "userId", "price", "status", "isEmailVerified", "x"];

    private readonly SchemaCheck _check = new(document, isRequest: true);

    public void Spoil(Draft draft)
    {
        if (draft.Members.Count == 0 || random.Next(4) == 0)
        {
            SpoilWhole(draft);
        }
        else
        {
            SpoilMember(draft);
        }
    }

    private void SpoilMember(Draft draft)
    {
        var i = random.Next(draft.Members.Count);
        var (name, value) = draft.Members[i];
        switch (random.Next(12))
        {
            case 0:
                draft.Members.RemoveAt(i);
                draft.Deeds.Add($"without {name}");
                break;
            case 1:
                draft.Members.Add((name, value));
                draft.Breaks ??= $"{name} twice";
                draft.Deeds.Add($"{name} twice");
                return;
            case 2:
                draft.Members.Add((Pick(Strangers), Pick(Anything)));
                draft.Deeds.Add("a stranger");
                break;
            case 3:
                draft.Members[i] = (char.ToUpperInvariant(name[0]) + name[1..], value);
                draft.Deeds.Add($"{name} in capitals");
                break;
            case 4:
                var schema = document.Resolve(draft.Operation.Body!["properties"]![name]!);
                draft.Members[i] = (name, AtBounds(schema) ?? Pick(Anything));
                draft.Deeds.Add($"{name} at its bounds");
                break;
            default:
                draft.Members[i] = (name, Pick(Anything));
                draft.Deeds.Add($"{name} = {draft.Members[i].Value}");
                break;
        }

        Judge(draft);
    }

    private string? AtBounds(JsonObject schema)
    {
        var least = schema["minimum"]?.GetValue<double>();
        var most = schema["maximum"]?.GetValue<double>();
        var longest = schema["maxLength"]?.GetValue<int>();
        var items = schema["maxItems"]?.GetValue<int>();
        return random.Next(2) == 0 && least is { } low ? $"{low - 1:F0}"
            : most is { } high ? $"{high + random.Next(2):F0}"
            : longest is { } length ? JsonSerializer.Serialize(new string('x', length + random.Next(2)))
            : items is { } count ? $"[{string.Join(',', Enumerable.Repeat("\"000000000000000000000000\"", count + random.Next(2)))}]"
            : null;
    }

    private void SpoilWhole(Draft draft)
    {
        var good = Encoding.UTF8.GetString(draft.BodyBytes());
        var (deed, body) = random.Next(13) switch
        {
            0 => ("no body", ""),
            1 => ("null", "null"),
            2 => ("an array", "[]"),
            3 => ("a text", "\"x\""),
            4 => ("cut off", good[..^1]),
            5 => ("something behind", good + "x"),
            6 => ("5,000 deep", new string('[', 5_000)),
            7 => ("deep in a member", $"{{\"x\":{string.Concat(Enumerable.Repeat("{\"a\":", 200))}1{new string('}', 200)}}}"),
            8 => ("70 kB", $"{{\"x\":\"{new string('x', 70_000)}\"}}"),
            9 => ("1 MB", $"{{\"x\":\"{new string('x', 1_000_000)}\"}}"),
            10 => ("comments", "/* c */" + good),
            11 => ("single quotes", good.Replace('"', '\'') + "'"),
            _ => ("text that is no UTF-8", "\u0001"),
        };
        draft.Deeds.Add(deed);
        draft.Body = body == "\u0001" ? [(byte)'{', (byte)'"', 0xff, 0xfe, (byte)'"', (byte)':', (byte)'1', (byte)'}'] : Encoding.UTF8.GetBytes(body);
        if (deed != "no body" || draft.Operation.BodyIsRequired)
        {
            // A body that may be left out may be null.
            draft.Breaks ??= deed == "null" && !draft.Operation.BodyIsRequired ? null : deed;
        }
    }

    private void Judge(Draft draft)
    {
        try
        {
            var body = JsonNode.Parse(draft.BodyBytes());
            draft.Breaks ??= _check.Problem(body, draft.Operation.Body!) ?? (draft.Members.Exists(member => IsUncleanText(member, draft.Operation.Body!)) ? "no clean text" : null);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            draft.Breaks ??= "no JSON";
        }
    }

    // Members of any type at all are those that the storefront sends back and that nobody reads.
    private bool IsUncleanText((string Name, string Value) member, JsonObject schema) =>
        Unclean.Any(unclean => member.Value.Contains(unclean, StringComparison.Ordinal))
        && schema["properties"]?[member.Name] is { } rules && document.Resolve(rules).ContainsKey("type");

    private string Pick(string[] some) => some[random.Next(some.Length)];
}
