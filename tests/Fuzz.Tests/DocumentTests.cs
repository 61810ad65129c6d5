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
    public async Task Every_operation_has_a_line_that_sums_it_up_and_an_id_of_its_own(string service)
    {
        var operations = Operations(await JsonAsync(service));

        Assert.All(operations, operation =>
        {
            var summary = operation.Value["summary"]?.GetValue<string>();
            Assert.True(summary is not null, $"{operation.Key} says nothing of itself: add WithSummary where it is mapped.");
            Assert.Matches("^[A-Z][^\\r\\n]{5,79}$", summary);
            Assert.False(summary.EndsWith('.'), $"{operation.Key}: a summary is a line, no sentence.");
            Assert.Matches("^(get|post|put|patch|delete)([A-Z][a-z0-9]*)+$", operation.Value["operationId"]?.GetValue<string>());
        });
        Assert.Equal(operations.Count, operations.Values.Select(operation => operation["operationId"]!.GetValue<string>()).Distinct().Count());
        Assert.Equal(operations.Count, operations.Values.Select(operation => operation["summary"]!.GetValue<string>()).Distinct().Count());
    }

    [Theory]
    [InlineData("auth", "delete /api/v1/auth/sessions/{id}", "deleteAuthSessionsById")]
    [InlineData("auth", "get /.well-known/jwks.json", "getWellKnownJwksJson")]
    [InlineData("auth", "post /api/v1/auth/email-signin", "postAuthEmailSignin")]
    [InlineData("product", "get /api/v1/products", "getProducts")]
    [InlineData("order", "put /api/v1/order/cart/items/{productId}", "putOrderCartItemsByProductId")]
    [InlineData("jobs", "post /internal/mails/{id}/retry", "postInternalMailsByIdRetry")]
    public async Task An_operation_keeps_its_id_as_long_as_its_route(string service, string route, string id) =>
        Assert.Equal(id, Operations(await JsonAsync(service))[route]["operationId"]!.GetValue<string>());

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Who_signs_in_does_so_by_token_or_cookie_and_both_are_described(string service)
    {
        var json = await JsonAsync(service);
        var schemes = json["components"]!["securitySchemes"]!;

        Assert.Equal(("http", "bearer"), (schemes["bearer"]!["type"]!.GetValue<string>(), schemes["bearer"]!["scheme"]!.GetValue<string>()));
        Assert.Equal(
            ("apiKey", "cookie", "token"),
            (schemes["cookie"]!["type"]!.GetValue<string>(), schemes["cookie"]!["in"]!.GetValue<string>(), schemes["cookie"]!["name"]!.GetValue<string>()));
        Assert.All(Operations(json).Values, operation =>
        {
            var asked = operation["security"]!.AsArray().SelectMany(scheme => scheme!.AsObject()).Select(scheme => scheme.Key).ToHashSet();
            Assert.Equal(asked.Contains("bearer"), asked.Contains("cookie"));
            Assert.Subset(new HashSet<string> { "bearer", "cookie", "service" }, asked);
        });
    }

    [Theory]
    [MemberData(nameof(Services))]
    [Proves(Requirement.Validation), Proves(Requirement.Errors), Proves(Requirement.Headers), Proves("T17")]
    public async Task Whatever_is_sent_the_answer_is_a_documented_one_and_nothing_that_breaks_a_rule_is_accepted(string service)
    {
        var findings = new Findings();

        var tally = await new DocumentFuzzer(market.Market, findings, market.Seed).RunAsync(service, 200);

        Assert.Empty(findings.All.Select(finding => $"{finding.Where}: {finding.Rule}\n{finding.Evidence}"));
        Assert.True(tally.Of(status => status is >= 200 and < 300) > 20, "Too few requests succeed to say anything.");
    }

    [Fact]
    public async Task A_status_a_member_a_type_or_a_content_type_that_is_not_documented_is_found()
    {
        var found = await FindingsAsync("order", json =>
        {
            foreach (var operation in json["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()))
            {
                operation.Value!["responses"]!.AsObject().Remove("400");
            }

            var schemas = json["components"]!["schemas"]!;
            schemas["CartResponse"]!["properties"]!.AsObject().Remove("totals");
            schemas["OrderListResponse"]!["properties"]!["totalOrder"] = new JsonObject { ["type"] = "string" };
            json["paths"]!["/api/v1/order/{id}"]!["get"]!["responses"]!["200"]!["content"] = new JsonObject { ["text/csv"] = new JsonObject() };
        });

        Assert.Superset(
            new HashSet<string>
            {
                "400 is documented", "200 fits its schema: /cart: totals is not documented", "200 fits its schema: /totalOrder: no text",
                "200 comes as text/csv, not application/json",
            },
            found);
    }

    [Fact]
    public async Task An_open_door_is_found() => Assert.Contains(
        "401 for who is not signed in, not 200",
        await FindingsAsync("product", json =>
            json["paths"]!["/api/v1/products/categories"]!["get"]!["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() })));

    [Fact]
    public async Task Bad_data_that_is_accepted_is_found() => Assert.Contains(
        "refused: /seq: out of bounds",
        await FindingsAsync("chat", json => json["components"]!["schemas"]!["ReadRequest"]!["properties"]!["seq"]!["minimum"] = 1_000_000));

    private async Task<HashSet<string>> FindingsAsync(string service, Action<JsonNode> alter)
    {
        var findings = new Findings();
        await new DocumentFuzzer(market.Market, findings, 1) { Alter = alter }.RunAsync(service, 250);
        return [.. findings.All.Select(finding => finding.Rule)];
    }

    private async Task<Document> DocumentAsync(string service) => Document.Read(service, await TextAsync(service));

    private async Task<JsonNode> JsonAsync(string service) => JsonNode.Parse(await TextAsync(service))!;

    private async Task<string> TextAsync(string service)
    {
        using var http = market.Market.Client(service);
        return await http.GetStringAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken);
    }

    /// <summary>By method and path, without a slash at the end.</summary>
    private static Dictionary<string, JsonObject> Operations(JsonNode document) => document["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject().Select(operation => (Route: $"{operation.Key} {path.Key.TrimEnd('/')}", Operation: operation.Value!.AsObject())))
        .ToDictionary(operation => operation.Route, operation => operation.Operation);

    private static bool CanFail(Type answer) =>
        answer == typeof(ProblemHttpResult) || answer == typeof(IResult) || (answer.IsGenericType && answer.GetGenericArguments().Any(CanFail));
}
