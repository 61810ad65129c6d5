namespace Visuels.EndToEnd.Tests;

/// <summary>One of the ways into the marketplace: the storefront's, the documented one, or each service's own port.</summary>
public sealed record Entrance(string Name, Func<string, string, string> Url)
{
    private static readonly string[] Services = ["auth", "product", "order", "chat", "jobs"];

    public static Entrance Storefront(int portBase) => new("storefront", (_, path) => $"http://localhost:{portBase}{path}");

    public static Entrance Prefixed(int portBase) => new("prefixed", (_, path) => $"http://localhost:{portBase}/api/v1{path}");

    public static Entrance OwnPorts(int portBase) => new("own ports", (service, path) => $"http://localhost:{PortOf(portBase, service)}/api/v1{path}");

    public static int PortOf(int portBase, string service) => portBase + 1 + Array.IndexOf(Services, service);
}
