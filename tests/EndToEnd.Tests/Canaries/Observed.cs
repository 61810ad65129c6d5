using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EndToEnd.Tests.Access;
using Visuels.ServiceDefaults.Messaging;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests.Canaries;

/// <summary>The six services behind a mail server, talkative, with everything observed that they leave behind.</summary>
public sealed class ObservedServices : SixServices
{
    private readonly List<string> _dumps = [];

    public FakeSmtpServer Smtp { get; } = new();

    public TestBus Bus { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Bus = await TestBus.StartAsync(Broker);
    }

    /// <summary>All documents of all collections of all databases, as they are now.</summary>
    public async Task DumpAsync(CancellationToken ct)
    {
        foreach (var service in Names.Skip(1))
        {
            var database = this[service].Services.GetRequiredService<IMongoDatabase>();
            foreach (var collection in await (await database.ListCollectionNamesAsync(cancellationToken: ct)).ToListAsync(ct))
            {
                foreach (var document in await database.GetCollection<BsonDocument>(collection).Find(new BsonDocument()).ToListAsync(ct))
                {
                    _dumps.Add($"store of {service}, {collection}: {document.ToJson()}");
                }
            }
        }
    }

    /// <summary>Everything that was logged, published or stored so far.</summary>
    public IEnumerable<string> Traces() => LogLines()
        .Concat(Bus.Published<object>().Select(published => $"event {published.GetType().Name}: {JsonSerializer.Serialize(published, published.GetType(), EventJson.Options)}"))
        .Concat(_dumps);

    public IEnumerable<string> LogLines() => Logs.Lines.Select(line => $"log {line}");

    /// <summary>Security events about somebody, without ids of sessions.</summary>
    public IReadOnlyList<string> SecurityEventsOf(string who) =>
    [
        .. Logs.Lines
            .Select(line => Regex.Match(line, @"^Visuels\.Security: (\w+) who=(\S+) from=(\S+) detail=(.*)$", RegexOptions.Singleline))
            .Where(match => match.Success && match.Groups[2].Value == who)
            .Select(match => match.Groups[1].Value),
    ];

    protected override void Prepare(Dictionary<string, string?> settings)
    {
        (settings["Smtp:Host"], settings["Smtp:Port"]) = ("127.0.0.1", Smtp.Port);
        settings["Logging:LogLevel:Default"] = "Information";
        settings["Logging:LogLevel:Visuels"] = "Debug";
        foreach (var framework in new[] { "Microsoft.AspNetCore", "System.Net.Http", "MassTransit", "Polly", "Quartz", "Yarp", "MongoDB" })
        {
            settings[$"Logging:LogLevel:{framework}"] = "Information";
        }
    }
}
