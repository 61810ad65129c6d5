using System.Globalization;
using System.Text.RegularExpressions;

namespace Visuels.Fuzz.OpenApi;

/// <summary>Spoils paths and query parameters.</summary>
internal sealed partial class UrlSpoils(Document document, Random random)
{
    private static readonly string[] Words =
    [
        "abc", "-1", "0", "1.5", "1e309", "NaN", "-0", "2147483648", "9223372036854775808", "99999999999999999999999", "true", "null", "undefined", "[]", "{}",
        "(a%2B)%2B%24", ".*", "%5B", "%5C", "%24where", "%24gt", "%7B%22%24gt%22%3A%22%22%7D", "%00", "a%00b", "%ff", "%ed%a0%80", "%0d%0aX-A:%20b", "%20", "%2B1", "%u0041",
        "%E2%80%AE", "%F0%9F%92%A9", "%22%3E%3Cscript%3E", "..%2f..%2fetc%2fpasswd", "000000000000000000000000", "zzzzzzzzzzzzzzzzzzzzzzzz", "0x10", "1%2C5", "AVAILABLE%00",
    ];

    private static readonly string[] Segments =
    [
        "..%2f..%2fadmin", "%2e%2e%2f", "%252e%252e%252f", "..%5c", "%00", "a%00", "%c0%ae%c0%ae", ";x=1", "%20", "%25", "000000000000000000000000", "ZZZZZZZZZZZZZZZZZZZZZZZZ",
        "5f1d7f3a9c", "5f1d7f3a9c5f1d7f3a9c5f1d7f", "-1", "0", "null", "undefined", "%24where", "%7B%22%24ne%22%3Anull%7D", "%ed%a0%80", "%ff%fe", "%F0%9F%92%A9", "%0d%0a", "*", "@", "~",
    ];

    private readonly SchemaCheck _check = new(document, isRequest: true);

    public void Spoil(Draft draft)
    {
        var inQuery = draft.Operation.Parameters.Where(parameter => parameter.In == "query").ToList();
        if (draft.Path.Count > 0 && (inQuery.Count == 0 || random.Next(2) == 0))
        {
            SpoilSegment(draft);
        }
        else if (inQuery.Count > 0 && random.Next(5) > 0)
        {
            SpoilParameter(draft, inQuery[random.Next(inQuery.Count)]);
        }
        else
        {
            SpoilPath(draft);
        }
    }

    private void SpoilSegment(Draft draft)
    {
        var (name, _) = draft.Path.ElementAt(random.Next(draft.Path.Count));
        var segment = random.Next(12) == 0 ? new string('a', 9_000) : Segments[random.Next(Segments.Length)];
        draft.Path[name] = segment;
        draft.Deeds.Add($"{name} = {Short(segment)}");
        // Dots and slashes may lead elsewhere.
        draft.MayMissRoute |= segment.Contains("%2e", StringComparison.OrdinalIgnoreCase) || segment.Contains("..", StringComparison.Ordinal);
        if (!draft.MayMissRoute && draft.Operation.Parameters.Single(parameter => parameter.In == "path" && parameter.Name == name) is { } known)
        {
            draft.Breaks ??= _check.Problem(Uri.UnescapeDataString(segment), known.Schema, name);
        }
    }

    private void SpoilParameter(Draft draft, Parameter parameter)
    {
        draft.Query.RemoveAll(known => known.Name == parameter.Name);
        var value = random.Next(10) switch
        {
            0 => new string('x', 10_000),
            1 => "",
            < 4 => AtBounds(parameter) ?? Words[random.Next(Words.Length)],
            _ => Words[random.Next(Words.Length)],
        };
        switch (random.Next(10))
        {
            case 0:
                draft.Query.Add((parameter.Name, "1"));
                draft.Query.Add((parameter.Name, value));
                draft.Deeds.Add($"{parameter.Name} twice");
                return;
            case 1:
                draft.Query.Add(($"{parameter.Name}[$gt]", value));
                draft.Query.Add(($"{parameter.Name}[]", value));
                draft.Deeds.Add($"{parameter.Name} as an operator");
                return;
        }

        draft.Query.Add((parameter.Name, value));
        draft.Deeds.Add($"{parameter.Name} = {Short(value)}");
        var text = Uri.UnescapeDataString(value);
        // Left empty is left out, and a number may have blanks around it and a plus.
        if (text.Length > 0 && !(LooseNumber().IsMatch(text) && document.Resolve(parameter.Schema)["type"]!.GetValue<string>() is "integer" or "number"))
        {
            draft.Breaks ??= _check.Problem(text, parameter.Schema, parameter.Name);
        }
    }

    private string? AtBounds(Parameter parameter)
    {
        var schema = document.Resolve(parameter.Schema);
        var (least, most, longest) = (schema["minimum"]?.GetValue<double>(), schema["maximum"]?.GetValue<double>(), schema["maxLength"]?.GetValue<int>());
        return random.Next(2) == 0 && least is { } low ? (low - 1).ToString("F0", CultureInfo.InvariantCulture)
            : most is { } high ? (high + random.Next(2)).ToString("F0", CultureInfo.InvariantCulture)
            : longest is { } length ? new string('q', length + random.Next(2))
            : null;
    }

    private void SpoilPath(Draft draft)
    {
        var path = draft.TargetPath().Split('?')[0];
        var (deed, target) = random.Next(10) switch
        {
            0 => ("a slash behind", path + "/"),
            1 => ("two slashes", path.Replace("/v1/", "/v1//", StringComparison.Ordinal)),
            2 => ("capitals", path.ToUpperInvariant()),
            3 => ("up and down", path.Replace("/v1/", "/v1/x/../", StringComparison.Ordinal)),
            4 => ("encoded slashes", path.Replace("/v1/", "%2fv1%2f", StringComparison.Ordinal)),
            5 => ("one more segment", path + "/x"),
            6 => ("back slashes", path.Replace('/', '\\')),
            7 => ("an absolute target", $"http://evil.example{path}"),
            8 => ("a null byte", path + "%00"),
            _ => ("a fragment", path + "#x"),
        };
        (draft.Target, draft.MayMissRoute) = (target, true);
        draft.Deeds.Add(deed);
    }

    private static string Short(string text) => text.Length <= 60 ? text : $"{text[..20]}... ({text.Length})";

    [GeneratedRegex(@"\A\s*\+?[0-9]+\s*\z")]
    private static partial Regex LooseNumber();
}
