using System.Text.Json;
using System.Text.Json.Nodes;
using Visuels.Fuzz.Rig;
using Visuels.Testing;

namespace Visuels.Fuzz.OpenApi;

/// <summary>Makes good requests for an operation, and says of some from the start that they must be refused for who sends them.</summary>
internal sealed class Drafts(Document document, World world, Random random)
{
    public static readonly byte[] Picture = Pictures.Jpeg(24, 16);

    private readonly Values _values = new(document, world, random);

    public Draft Make(Operation operation)
    {
        var caller = ChooseCaller(operation);
        var draft = new Draft(operation, caller);
        Judge(draft);
        AddUrl(draft);
        AddBody(draft);
        return draft;
    }

    private Caller ChooseCaller(Operation operation) => random.Next(100) switch
    {
        < 12 => new Caller(),
        < 18 => new Caller(_values.Pick([world.Buyers[0], world.Artists[0], world.Admin])),
        < 21 => new Caller(Service: _values.Pick(Market.Names)),
        _ when operation is { TakesServices: true, Services: { Count: > 0 } services } => new Caller(Service: _values.Pick(services)),
        _ when operation.Roles is { } roles => new Caller(_values.Pick([.. world.Buyers.Concat(world.Artists).Append(world.Admin).Where(one => roles.Contains(one.Role))])),
        _ when operation.TakesUsers => new Caller(_values.Pick([.. world.Buyers, .. world.Artists])),
        _ => new Caller(),
    };

    private static void Judge(Draft draft)
    {
        var (operation, caller) = (draft.Operation, draft.Caller);
        if (!operation.IsProtected)
        {
            return;
        }

        draft.Breaks = caller switch
        {
            { IsNobody: true } => "nobody is signed in",
            { Person: not null } when !operation.TakesUsers => "for services only",
            { Person: { } person } when operation.Roles?.Contains(person.Role) == false => $"not for role {person.Role}",
            { Service: not null } when !operation.TakesServices => "not for services",
            { Service: { } service } when !operation.Services.Contains(service) => $"not for service {service}",
            _ => null,
        };
    }

    private void AddUrl(Draft draft)
    {
        var operation = draft.Operation;
        var person = draft.Caller.Person?.Id;
        foreach (var parameter in operation.Parameters)
        {
            if (parameter.In == "path")
            {
                // Mostly one's own, sometimes another's.
                var thing = _values.PathValue(operation.Path, parameter.Name, random.Next(5) == 0 ? null : person);
                draft.Path[parameter.Name] = Uri.EscapeDataString(thing.Id);
                if (person is { } me && thing.Owners.Count > 0 && !thing.Owners.Contains(me) && IsForOwners(operation, parameter.Name))
                {
                    draft.Breaks ??= "somebody else's";
                }
            }
            else if ((parameter.IsRequired || random.Next(3) == 0)
                && _values.Value(parameter.Name, parameter.Schema, draft.Caller.Person) is { } value && Plain(value) is { Length: > 0 } text)
            {
                if (parameter.In == "query")
                {
                    draft.Query.Add((parameter.Name, Uri.EscapeDataString(text)));
                }
                else
                {
                    draft.Headers.Add((parameter.Name, text));
                }
            }
        }
    }

    private void AddBody(Draft draft)
    {
        var operation = draft.Operation;
        if (operation.Body is null)
        {
            return;
        }

        foreach (var (name, schema) in operation.Body["properties"]?.AsObject() ?? [])
        {
            if (!_values.IsSent(operation.Body, name))
            {
                continue;
            }

            if (operation.BodyType == "application/json")
            {
                draft.Members.Add((name, _values.Value(name, schema!, draft.Caller.Person)?.ToJsonString() ?? "null"));
            }
            else if (IsFile(schema!))
            {
                draft.Parts.Add(new Part(name, Picture, "a.jpg", "image/jpeg"));
            }
            else
            {
                draft.Parts.Add(Part.Text(name, Plain(_values.Value(name, schema!, draft.Caller.Person))));
            }
        }
    }

    public static bool IsFile(JsonNode schema) => (schema["items"] ?? schema)["format"]?.GetValue<string>() == "binary";

    // Ids in these paths belong to somebody, and only to them. What is liked, put in a cart or written to is anybody's.
    private static bool IsForOwners(Operation operation, string parameter) => parameter switch
    {
        "id" when operation.Path.Contains("/products/", StringComparison.Ordinal) =>
            operation.Method != "GET" && !operation.Path.EndsWith("/like", StringComparison.Ordinal),
        "id" => operation.Path.Contains("/order/", StringComparison.Ordinal) || operation.Path.Contains("/sessions/", StringComparison.Ordinal),
        _ => false,
    };

    private static string Plain(JsonNode? value) => value is null ? "" : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
}
