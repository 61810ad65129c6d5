using System.Globalization;
using System.Text.Json.Nodes;

namespace Visuels.Fuzz.OpenApi;

/// <summary>A parameter of an operation: in path, query or header.</summary>
internal sealed record Parameter(string Name, string In, bool IsRequired, JsonObject Schema);

/// <summary>
/// An operation as its document tells it. Answers are by status, with the schemas of their content types; none when they have no body. Of
/// those who sign in it lets in all, unless it names roles; of services those that it names.
/// </summary>
internal sealed record Operation(
    string Service,
    string Method,
    string Path,
    IReadOnlyList<Parameter> Parameters,
    string? BodyType,
    JsonObject? Body,
    bool BodyIsRequired,
    IReadOnlyDictionary<int, IReadOnlyDictionary<string, JsonObject?>> Answers,
    bool TakesUsers,
    bool TakesServices,
    IReadOnlyList<string>? Roles,
    IReadOnlyList<string> Services)
{
    public bool IsProtected => TakesUsers || TakesServices;

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>A service's OpenAPI document.</summary>
internal sealed class Document
{
    private const string Reference = "$ref";

    private readonly JsonObject _root;

    private Document(JsonObject root) => _root = root;

    public IReadOnlyList<Operation> Operations { get; private init; } = [];

    public static Document Read(string service, string json)
    {
        var root = JsonNode.Parse(json)!.AsObject();
        var document = new Document(root);
        return new Document(root)
        {
            Operations =
            [
                .. root["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation =>
                    document.Read(service, operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject()))),
            ],
        };
    }

    /// <summary>A schema, or what it refers to.</summary>
    public JsonObject Resolve(JsonNode schema)
    {
        var found = schema.AsObject();
        while (found.TryGetPropertyValue(Reference, out var reference))
        {
            var name = reference!.GetValue<string>()["#/components/schemas/".Length..];
            found = _root["components"]!["schemas"]![name]!.AsObject();
        }

        return found;
    }

    private Operation Read(string service, string method, string path, JsonObject operation)
    {
        var content = operation["requestBody"]?["content"]?.AsObject().FirstOrDefault();
        var schemes = (operation["security"]?.AsArray() ?? []).SelectMany(scheme => scheme!.AsObject().Select(one => one.Key)).ToHashSet();
        return new Operation(
            service,
            method,
            path,
            [
                .. (operation["parameters"]?.AsArray() ?? []).Select(parameter => new Parameter(
                    parameter!["name"]!.GetValue<string>(),
                    parameter["in"]!.GetValue<string>(),
                    parameter["required"]?.GetValue<bool>() ?? false,
                    Resolve(parameter["schema"]!))),
            ],
            content?.Key,
            content?.Value?["schema"] is { } schema ? Resolve(schema) : null,
            operation["requestBody"]?["required"]?.GetValue<bool>() ?? false,
            operation["responses"]!.AsObject().ToDictionary(answer => int.Parse(answer.Key, CultureInfo.InvariantCulture), answer => (IReadOnlyDictionary<string, JsonObject?>)Contents(answer.Value!)),
            schemes.Contains("bearer"),
            schemes.Contains("service"),
            Words(operation["x-roles"]),
            Words(operation["x-services"]) ?? []);
    }

    private Dictionary<string, JsonObject?> Contents(JsonNode answer) =>
        (answer["content"]?.AsObject() ?? []).ToDictionary(content => content.Key, content => content.Value?["schema"] is { } schema ? Resolve(schema) : null);

    private static List<string>? Words(JsonNode? words) => words?.AsArray().Select(word => word!.GetValue<string>()).ToList();
}
