using System.Net;
using System.Security.Cryptography;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>What is there for developers is not there for the world.</summary>
public sealed class ProductionTests(ProductionTests.InProduction services) : IClassFixture<ProductionTests.InProduction>
{
    public static TheoryData<string> Names => [.. SixServices.Names];

    [Theory]
    [MemberData(nameof(Names))]
    [Proves(Requirement.DocsHidden)]
    public async Task There_are_no_pages_for_developers(string service)
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(service, "/health/live"));
        foreach (var path in new[]
        {
            "/swagger", "/swagger/index.html", "/swagger/v1/swagger.json", "/openapi", "/openapi/v1.json", "/metrics", "/dev/mailbox", "/dev/mailbox/1", "/dev/templates", "/.env", "/.git/config",
        })
        {
            Assert.True(await StatusAsync(service, path) == HttpStatusCode.NotFound, $"{service}{path}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Proves(Requirement.Roles)]
    public void Every_other_route_is_there(string service) => Assert.Equal(
        RouteTable.Of(service).Where(line => !line.Path.StartsWith("/dev/", StringComparison.Ordinal)).Select(line => line.Key).Order(StringComparer.Ordinal),
        RouteTable.Mapped(service, services[service]).Keys.Order(StringComparer.Ordinal));

    private async Task<HttpStatusCode> StatusAsync(string service, string path)
    {
        using var answer = await services.Http.GetAsync(new Uri(services.AddressOf(service), path), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    public sealed class InProduction : SixServices
    {
        protected override string Environment => "Production";

        protected override void Prepare(Dictionary<string, string?> settings)
        {
            settings["Smtp:Host"] = "127.0.0.1";
            foreach (var ring in new[] { KeyFolder.SealingRing, KeyFolder.ChatRing })
            {
                File.WriteAllText(Path.Combine(Keys.Folder, ring), $"k1 {Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}\n");
            }
        }
    }
}
