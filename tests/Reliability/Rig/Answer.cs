using System.Net;
using System.Text.Json;
using MongoDB.Bson;

namespace Visuels.Reliability.Rig;

/// <summary>What became of one try of one request.</summary>
/// <param name="Status">Null when there was no answer: refused, cut, timed out.</param>
/// <param name="Body">What was answered.</param>
/// <param name="SentAt">When it was sent, on the clock of <see cref="Environment.TickCount64"/>.</param>
/// <param name="Took">Until the answer, or until there was none.</param>
/// <param name="Failure">Why there was no answer.</param>
/// <param name="HasRetryAfter">Whether it told when to come again.</param>
/// <param name="IsReplayed">Whether it is marked as an earlier request's.</param>
internal sealed record Answer(HttpStatusCode? Status, string Body, long SentAt, TimeSpan Took, Exception? Failure = null, bool HasRetryAfter = false, bool IsReplayed = false)
{
    public bool IsSuccess => Status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;

    /// <summary>A 5xx other than 503, which is a clear word about an outage.</summary>
    public bool IsServerError => Status is >= HttpStatusCode.InternalServerError and not HttpStatusCode.ServiceUnavailable;

    /// <summary>Whether the same request may fare better a moment later.</summary>
    public bool IsWorthAnotherTry => Status is null or >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests || Code == "request_in_progress";

    /// <summary>The problem's code, if it is one.</summary>
    public string? Code => IsSuccess || Body.Length == 0 || Body[0] != '{' ? null
        : Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Ids of the orders in an answer to <c>POST create</c>.</summary>
    public IReadOnlyList<ObjectId> OrderIds =>
        [.. Json.GetProperty("orders").EnumerateArray().Select(order => ObjectId.Parse(order.GetProperty("_id").GetString()))];

    public override string ToString() => Status is { } status ? $"{(int)status} {Code ?? ""}".TrimEnd() : Failure?.GetType().Name ?? "no answer";
}
