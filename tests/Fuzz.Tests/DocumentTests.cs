using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Visuels.Fuzz.OpenApi;
using Visuels.Fuzz.Rig;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.Testing.Requirements;

namespace Visuels.Fuzz.Tests;

/// <summary>What the OpenAPI documents say, and that the services answer as they say; tests/Fuzz does the same with 10,000 requests each.</summary>
public sealed class DocumentTests(OneMarket market)
{
    public static TheoryData<string> Services { get; } = [.. Market.Names];

    [Theory]
    [MemberData(nameof(Services))]
    public void Every_route_that_can_fail_says_with_what(string service)
    {
        var silent = market.Market.App(service).Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<MethodInfo>() is { } handler && CanFail(handler.ReturnType))
            .Where(endpoint => endpoint.Metadata.GetMetadata<Failure>() is null && endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Routing.IExcludeFromDescriptionMetadata>() is null)
            .Select(endpoint => endpoint.DisplayName);

        Assert.Empty(silent);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Every_operation_documents_what_follows_from_its_kind(string service)
    {
        var document = await DocumentAsync(service);

        Assert.All(document.Operations, operation =>
        {
            Assert.Contains(503, operation.Answers.Keys);
            Assert.Equal(operation.IsProtected, operation.IsProtected && operation.Answers.ContainsKey(401));
            Assert.Equal(operation.BodyType is not null, operation.Answers.ContainsKey(413) && operation.Answers.ContainsKey(415));
            Assert.Contains(operation.Answers.Keys, status => status < 400);
            Assert.All(operation.Answers.Where(answer => answer.Key >= 400), answer => Assert.Equal(["application/problem+json"], answer.Value.Keys));
        });
    }

    [Theory]
    [MemberData(nameof(Services))]
    [Proves(Requirement.Validation), Proves(Requirement.Errors), Proves(Requirement.Headers), Proves("T17")]
    public async Task Whatever_is_sent_the_answer_is_a_documented_one_and_nothing_that_breaks_a_rule_is_accepted(string service)
    {
        var findings = new Findings();

        var tally = await new DocumentFuzzer(market.Market, findings, market.Seed).RunAsync(service, 250);

        Assert.Empty(findings.All.Select(finding => $"{finding.Where}: {finding.Rule}\n{finding.Evidence}"));
        Assert.True(tally.Of(status => status is >= 200 and < 300) > 25, "Too few requests succeed to say anything.");
    }

    [Fact]
    public Task An_undocumented_status_is_found() => FindsAsync(
        "400 is documented",
        json => json["paths"]!.AsObject().ToList().ForEach(path => path.Value!.AsObject().ToList().ForEach(operation => operation.Value!["responses"]!.AsObject().Remove("400"))));

    [Fact]
    public Task A_member_that_no_schema_knows_is_found() => FindsAsync(
        "200 fits its schema: /cart: totals is not documented",
        json => json["components"]!["schemas"]!["CartResponse"]!["properties"]!.AsObject().Remove("totals"));

    [Fact]
    public Task A_member_of_another_type_is_found() => FindsAsync(
        "200 fits its schema: /totalOrder: no text",
        json => json["components"]!["schemas"]!["OrderListResponse"]!["properties"]!["totalOrder"] = new JsonObject { ["type"] = "string" });

    [Fact]
    public Task An_answer_of_another_content_type_is_found() => FindsAsync(
        "200 comes as text/csv, not application/json",
        json => json["paths"]!["/api/v1/order/cart"]!["get"]!["responses"]!["200"]!["content"] = new JsonObject { ["text/csv"] = new JsonObject() });

    [Fact]
    public Task An_open_door_is_found() => FindsAsync(
        "401 for who is not signed in, not 200",
        json => json["paths"]!["/api/v1/products/categories"]!["get"]!["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
        "product");

    [Fact]
    public Task Bad_data_that_is_accepted_is_found() => FindsAsync(
        "refused: /seq: out of bounds",
        json => json["components"]!["schemas"]!["ReadRequest"]!["properties"]!["seq"]!["minimum"] = 1_000_000,
        "chat");

    private async Task FindsAsync(string rule, Action<JsonNode> alter, string service = "order")
    {
        var findings = new Findings();

        await new DocumentFuzzer(market.Market, findings, 1) { Alter = alter }.RunAsync(service, 250);

        Assert.Contains(findings.All, finding => finding.Rule == rule);
    }

    private async Task<Document> DocumentAsync(string service)
    {
        using var http = market.Market.Client(service);
        return Document.Read(service, await http.GetStringAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken));
    }

    private static bool CanFail(Type answer) =>
        answer == typeof(ProblemHttpResult) || answer == typeof(IResult) || (answer.IsGenericType && answer.GetGenericArguments().Any(CanFail));
}
