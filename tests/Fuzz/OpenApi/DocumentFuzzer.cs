using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Visuels.Fuzz.Rig;

namespace Visuels.Fuzz.OpenApi;

/// <summary>What was sent and answered, by operation and status.</summary>
internal sealed record Tally(string Service, int Operations, int Requests, IReadOnlyDictionary<(string Operation, int Status), int> Answers)
{
    public int Of(Func<int, bool> wanted) => Answers.Where(answer => wanted(answer.Key.Status)).Sum(answer => answer.Value);

    /// <summary>Operations that never succeeded: nothing behind their first checks was tried.</summary>
    public IReadOnlyList<string> NeverReached => [.. Answers.Keys.Select(key => key.Operation).Distinct()
        .Where(operation => !Answers.Keys.Any(key => key.Operation == operation && key.Status is >= 200 and < 400)).Order()];
}

/// <summary>Reads a service's OpenAPI document and sends what it allows and what it does not.</summary>
internal sealed class DocumentFuzzer(Market market, Findings findings, int seed)
{
    private const int PerWorld = 250;
    private const int Workers = 3;
    private const int Header = 0;
    private const int Url = 1;
    private const int Body = 2;

    private readonly ConcurrentDictionary<(string Operation, int Status), int> _answers = new();

    /// <summary>Alters a document before it is read; for tests of this program.</summary>
    public Action<JsonNode>? Alter { get; init; }

    public async Task<Tally> RunAsync(string service, int requests)
    {
        using var http = market.Client(service);
        var json = JsonNode.Parse(await http.GetStringAsync("/swagger/v1/swagger.json"))!;
        Alter?.Invoke(json);
        var document = Document.Read(service, json.ToJsonString());
        using var calls = new Calls(market);
        for (var first = 0; first < requests; first += PerWorld)
        {
            var world = await World.MakeAsync(market, calls, service);
            var (from, count) = (first, Math.Min(PerWorld, requests - first));
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
            {
                using var connection = new RawHttp(market.Address(service));
                for (var i = worker; i < count; i += Workers)
                {
                    await SendAsync(document, world, connection, from + i);
                }
            })));
        }

        return new Tally(service, document.Operations.Count, requests, _answers);
    }

    private async Task SendAsync(Document document, World world, RawHttp connection, int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var operation = document.Operations[random.Next(document.Operations.Count)];
        var draft = new Drafts(document, world, random).Make(operation);
        foreach (var kind in Kinds(operation, random))
        {
            Spoil(kind, document, draft, random);
        }

        var probe = Probe.Of(draft, market);
        var answer = await connection.SendAsync(probe.Head, probe.Body, draft.Method == "HEAD");
        var reached = draft.MayMissRoute ? "(elsewhere)" : operation.ToString();
        _answers.AddOrUpdate((reached, answer.Status), 1, (_, count) => count + 1);
        if (new Rules(document).Broken(draft, probe.Head.Length, probe.Body.Length, answer) is { } rule)
        {
            findings.Add(new Finding($"{operation.Service}: {operation}", rule, Evidence(number, probe, answer)));
        }
    }

    // One in five is left as it is, one in ten is spoilt twice.
    private static IEnumerable<int> Kinds(Operation operation, Random random)
    {
        var kinds = new List<int> { Header };
        kinds.AddRange(Enumerable.Repeat(Url, operation.Parameters.Any(parameter => parameter.In != "header") ? 3 : 1));
        kinds.AddRange(Enumerable.Repeat(Body, operation.BodyType is null ? 0 : 4));
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kinds));
        return kinds.Take(random.Next(10) switch { < 2 => 0, < 9 => 1, _ => 2 }).Distinct();
    }

    private void Spoil(int kind, Document document, Draft draft, Random random)
    {
        switch (kind)
        {
            case Body when draft.Operation.BodyType == "application/json":
                new JsonSpoils(document, random).Spoil(draft);
                break;
            case Body:
                new FormSpoils(document, random).Spoil(draft);
                break;
            case Url:
                new UrlSpoils(document, random).Spoil(draft);
                break;
            default:
                new HeaderSpoils(document, random).Spoil(draft, Probe.TokenOf(draft, market));
                break;
        }
    }

    private string Evidence(int number, Probe probe, RawAnswer answer)
    {
        var draft = probe.Draft;
        var body = answer.Text.Length <= 600 ? answer.Text : answer.Text[..600] + "...";
        return $"""
              seed {seed}, request {number}, by {draft.Caller}; {(draft.Deeds.Count == 0 ? "as documented" : string.Join(", ", draft.Deeds))}{(draft.Breaks is null ? "" : $" (must be refused: {draft.Breaks})")}
              {probe.Curl(market.Address(draft.Operation.Service))}
              {answer.Status} {answer.Header("Content-Type")} {body}
            """;
    }
}
