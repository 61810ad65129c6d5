using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Visuels.Fuzz.OpenApi;

/// <summary>Whether a value is what a schema of a document says.</summary>
/// <param name="document">For references.</param>
/// <param name="isRequest">Requests may hold numbers and booleans in quotes, and texts with blanks around them, which the services take off.</param>
internal sealed class SchemaCheck(Document document, bool isRequest)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong, or null.</summary>
    public string? Problem(JsonNode? value, JsonNode schema, string at = "")
    {
        var rules = document.Resolve(schema);
        if (rules["oneOf"] is JsonArray some)
        {
            return some.Count(one => Problem(value, one!, at) is null) == 1 ? null : $"{at}: fits {some.Count(one => Problem(value, one!, at) is null)} of {some.Count} schemas";
        }

        if (value is null)
        {
            return rules.Count == 0 || rules["nullable"]?.GetValue<bool>() == true ? null : $"{at}: null";
        }

        foreach (var part in rules["allOf"]?.AsArray() ?? [])
        {
            if (Problem(value, part!, at) is { } problem)
            {
                return problem;
            }
        }

        return rules["type"]?.GetValue<string>() switch
        {
            _ when rules["allOf"] is not null => null,
            null => null,
            "object" => value is JsonObject members ? Members(members, rules, at) : $"{at}: no object",
            "array" => value is JsonArray items ? Items(items, rules, at) : $"{at}: no array",
            "string" => value.GetValueKind() == JsonValueKind.String ? Text(value.GetValue<string>(), rules, at) : $"{at}: no text",
            "boolean" => IsBoolean(value) ? null : $"{at}: no boolean",
            "integer" or "number" => Number(value, rules, at),
            var type => $"{at}: unknown type {type}",
        };
    }

    /// <summary>The same for a value of a URL, a header or a form.</summary>
    public string? Problem(string text, JsonObject schema, string at) => document.Resolve(schema)["type"]?.GetValue<string>() switch
    {
        "integer" or "number" or "boolean" => Problem(JsonValue.Create(text), schema, at),
        "string" => Text(text, schema, at),
        _ => null,
    };

    private string? Members(JsonObject members, JsonObject rules, string at)
    {
        var known = rules["properties"]?.AsObject();
        foreach (var name in rules["required"]?.AsArray() ?? [])
        {
            if (!members.ContainsKey(name!.GetValue<string>()))
            {
                return $"{at}: without {name}";
            }
        }

        foreach (var (name, value) in members)
        {
            var schema = known?[name] ?? rules["additionalProperties"] as JsonObject;
            if (schema is null)
            {
                if (rules["additionalProperties"] is JsonValue others && !others.GetValue<bool>())
                {
                    return $"{at}: {name} is not documented";
                }
            }
            else if (Problem(value, schema, $"{at}/{name}") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? Items(JsonArray items, JsonObject rules, string at) =>
        items.Count < Whole(rules, "minItems", 0) || items.Count > Whole(rules, "maxItems", int.MaxValue) ? $"{at}: {items.Count} items"
        : rules["items"] is { } schema ? items.Select((item, i) => Problem(item, schema, $"{at}[{i}]")).FirstOrDefault(problem => problem is not null)
        : null;

    private string? Text(string text, JsonObject rules, string at)
    {
        var bare = isRequest ? text.Trim() : text;
        return bare.Length > Whole(rules, "maxLength", int.MaxValue) ? $"{at}: {bare.Length} characters"
            : text.Length < Whole(rules, "minLength", 0) ? $"{at}: {text.Length} characters"
            : rules["enum"] is JsonArray words && !words.Any(word => word!.GetValue<string>() == text) ? $"{at}: not one of its words"
            : rules["pattern"] is { } pattern && !Regex.IsMatch(bare, pattern.GetValue<string>(), RegexOptions.None, Patience) ? $"{at}: not of its pattern"
            : rules["format"]?.GetValue<string>() switch
            {
                "date-time" when !IsTime(text) => $"{at}: no time",
                "email" when !bare.Contains('@', StringComparison.Ordinal) => $"{at}: no address",
                "uri" when !Uri.TryCreate(text, UriKind.Absolute, out _) => $"{at}: no URI",
                _ => null,
            };
    }

    private string? Number(JsonNode value, JsonObject rules, string at)
    {
        var isWhole = rules["type"]!.GetValue<string>() == "integer";
        var text = value.GetValueKind() switch
        {
            JsonValueKind.Number => value.ToJsonString(),
            JsonValueKind.String when isRequest => value.GetValue<string>().Trim(),
            _ => null,
        };
        if (text is null || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return $"{at}: no number";
        }

        var (least, most) = rules["format"]?.GetValue<string>() switch
        {
            "int32" => (int.MinValue, int.MaxValue),
            "int64" => (-9.3e18, 9.3e18),
            _ => (double.NegativeInfinity, double.PositiveInfinity),
        };
        return isWhole && number != Math.Floor(number) ? $"{at}: not whole"
            : number < Math.Max(least, Bound(rules, "minimum", least)) || number > Math.Min(most, Bound(rules, "maximum", most)) ? $"{at}: out of bounds"
            : null;
    }

    private bool IsBoolean(JsonNode value) => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False
        || (isRequest && value.GetValueKind() == JsonValueKind.String && bool.TryParse(value.GetValue<string>(), out _));

    private bool IsTime(string text) => isRequest
        ? DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)
        : DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static long Whole(JsonObject rules, string name, long otherwise) => rules[name]?.GetValue<long>() ?? otherwise;

    private static double Bound(JsonObject rules, string name, double otherwise) =>
        rules[name] is { } bound ? double.Parse(bound.ToJsonString(), CultureInfo.InvariantCulture) : otherwise;
}
