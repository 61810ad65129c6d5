using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>One line of <c>routes.md</c>.</summary>
/// <param name="Service">Who has the route.</param>
/// <param name="Method">The HTTP method; <c>any</c> where the route takes several.</param>
/// <param name="Path">As it is mapped, without a slash at the end.</param>
/// <param name="Callers">Who may call it.</param>
/// <param name="Limit">Name of its rate limit, or null.</param>
public sealed record RouteLine(string Service, string Method, string Path, IReadOnlyList<string> Callers, string? Limit)
{
    private const string Own = " own";

    private static readonly string[] Roles = ["USER", "ARTIST", "ADMIN"];

    public string Key => $"{Service} {Method} {Path}";

    public bool IsForAnyone => Callers is ["anyone"];

    public IReadOnlyList<string> Services => [.. Callers.Where(caller => char.IsLower(caller[0]) && caller != "anyone")];

    public bool IsInternal => Path.Split('/').Contains("internal");

    /// <summary>Whether the Gateway forwards it.</summary>
    public bool IsPublic => Service != "gateway" && !IsInternal && !Path.StartsWith("/health/", StringComparison.Ordinal) && !Path.StartsWith("/dev/", StringComparison.Ordinal);

    public bool LetsIn(string role) => IsForAnyone || Callers.Contains(role) || Callers.Contains(role + Own);

    /// <summary>Whether somebody of a role sees only what is theirs, and 404 instead of another's.</summary>
    public bool IsOwnOnly(string role) => Callers.Contains(role + Own);

    public IEnumerable<string> RolesLetIn => Roles.Where(LetsIn);
}

/// <summary>The file that lists every route, and the routes that there are.</summary>
public static class RouteTable
{
    private const int Columns = 5;
    private const string NoLimit = "-";

    public static IReadOnlyList<RouteLine> Lines { get; } = Read();

    public static IReadOnlyList<RouteLine> Of(string service) => [.. Lines.Where(line => line.Service == service)];

    /// <summary>What a service has mapped, by the key of the line that must stand in the file.</summary>
    public static IReadOnlyDictionary<string, RouteEndpoint> Mapped(string service, WebApplication app) => Endpoints(service, app)
        .GroupBy(mapped => mapped.Key, mapped => mapped.Endpoint)
        .ToDictionary(alike => alike.Key, alike => alike.MinBy(endpoint => endpoint.Order)!);

    /// <summary>The same, with both of two that differ only in the content type which they take.</summary>
    public static IEnumerable<(string Key, RouteEndpoint Endpoint)> Endpoints(string service, WebApplication app) => app.Services
        .GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Select(endpoint => ($"{service} {MethodOf(endpoint)} /{endpoint.RoutePattern.RawText?.Trim('/')}", endpoint));

    private static string MethodOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods switch
    {
        [var only] => only,
        _ => "any",
    };

    private static List<RouteLine> Read()
    {
        using var file = new StreamReader(typeof(RouteTable).Assembly.GetManifestResourceStream("routes.md")!);
        var rows = file.ReadToEnd().Split('\n')
            .Where(line => line.StartsWith('|'))
            .Select(line => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == Columns && cells[0] != "service" && !cells[0].StartsWith('-'));
        return [.. rows.Select(cells => new RouteLine(
            cells[0], cells[1], cells[2].Trim('`'), cells[3].Split(',', StringSplitOptions.TrimEntries), cells[4] == NoLimit ? null : cells[4]))];
    }
}
