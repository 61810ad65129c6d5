using System.Text.Json;
using System.Text.Json.Nodes;
using Visuels.Fuzz.Rig;

namespace Visuels.Fuzz.OpenApi;

/// <summary>What every answer must hold to.</summary>
internal sealed class Rules(Document document)
{
    private const int LargestBody = 64 * 1024;
    private const int LargestHead = 16 * 1024;

    private static readonly string[] SecurityHeaders = ["X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Resource-Policy", "Content-Security-Policy", "Cache-Control"];
    private static readonly string[] Insides = ["   at Visuels", "System.", "MongoDB.", "Microsoft.", "Exception", "stackTrace"];

    private readonly SchemaCheck _check = new(document, isRequest: false);

    /// <summary>The rule that the answer breaks, or null.</summary>
    public string? Broken(Draft draft, int headLength, int bodyLength, RawAnswer answer)
    {
        if (answer.Status == 0)
        {
            // Too much is cut off, and the cut may overtake the answer.
            return bodyLength > LargestBody || headLength > LargestHead ? null : "there must be an answer";
        }

        return IsRefusalOfServer(answer) ? null
            : answer.Status >= 500 && !IsGoogleOff(draft, answer) ? $"no {answer.Status}"
            : Headers(answer) ?? Leak(answer) ?? (draft.MayMissRoute ? Problem(draft, answer) : Documented(draft, answer) ?? Expected(draft, answer));
    }

    // There is no Google here. An answer to HEAD has no body to say so.
    private static bool IsGoogleOff(Draft draft, RawAnswer answer) => draft.Method == "HEAD"
        ? answer.Status == 503 && draft.Operation.Path.EndsWith("/google", StringComparison.Ordinal)
        : Code(answer) == "google_not_configured";

    // What is no HTTP that the server understands never reaches a service.
    private static bool IsRefusalOfServer(RawAnswer answer) =>
        answer is { Status: 400 or 408 or 413 or 414 or 431 or 505, Body.Length: 0 } && answer.Header("Connection") == "close" && answer.Header("Content-Type") is null;

    private static string? Headers(RawAnswer answer) =>
        Array.Find(SecurityHeaders, header => answer.Header(header) is null) is { } missing ? $"header {missing} on every answer" : null;

    private static string? Leak(RawAnswer answer) =>
        answer.Status >= 400 && Array.Find(Insides, word => answer.Text.Contains(word, StringComparison.Ordinal)) is { } word ? $"nothing of the inside in an answer ('{word}')" : null;

    private string? Problem(Draft draft, RawAnswer answer) =>
        answer.Status < 400 || draft.Method == "HEAD" ? null
        : answer.Header("Content-Type") != "application/problem+json" ? $"{answer.Status} is problem+json"
        : draft.Operation.Answers[503].Values.First() is { } schema && _check.Problem(Parsed(answer), schema) is { } problem ? $"{answer.Status} is one of our problems: {problem}"
        : null;

    private string? Documented(Draft draft, RawAnswer answer)
    {
        if (!draft.Operation.Answers.TryGetValue(answer.Status, out var contents))
        {
            return $"{answer.Status} is documented";
        }

        var type = answer.Header("Content-Type")?.Split(';')[0];
        if (contents.Count == 0)
        {
            return answer.Body.Length == 0 ? null : $"{answer.Status} has no body";
        }

        if (type is null || !contents.TryGetValue(type, out var schema))
        {
            return $"{answer.Status} comes as {string.Join(" or ", contents.Keys)}, not {type}";
        }

        return type.EndsWith("json", StringComparison.Ordinal) && schema is not null && _check.Problem(Parsed(answer), schema) is { } problem
            ? $"{answer.Status} fits its schema: {problem}"
            : null;
    }

    private static string? Expected(Draft draft, RawAnswer answer)
    {
        var isNobody = draft.Caller.IsNobody || draft.HasBadCredentials;
        return draft.Operation.IsProtected && isNobody && answer.Status != 401 && !(draft.MayBeStoppedBefore && answer.Status is 400 or 403 or 415)
                ? $"401 for who is not signed in, not {answer.Status}"
            : draft.Breaks is { } reason && answer.Status is >= 200 and < 400 ? $"refused: {Kind(reason)}"
            : null;
    }

    // Findings are gathered by rule; what differs from one to the next stays in the evidence.
    private static string Kind(string reason) => reason.Length > 80 ? reason[..80] : reason;

    private static string? Code(RawAnswer answer) => Parsed(answer)?["code"]?.GetValue<string>();

    private static JsonNode? Parsed(RawAnswer answer)
    {
        try
        {
            return JsonNode.Parse(answer.Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
