using System.Net;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

public sealed class SurfaceTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static readonly string AnyId = ObjectId.GenerateNewId().ToString();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_endpoint_says_who_may_call_it() => Assert.Empty(AuthorizationWalk.Undecided(app.Service.App));

    [Fact]
    public async Task The_OpenAPI_document_lists_the_routes()
    {
        var document = await (await app.Service.Anonymous.GetAsync("/swagger/v1/swagger.json", Ct)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("Visuels Order", document["info"]!.Text("title"));
        Assert.Equal(
            [
                "/api/v1/order/artist", "/api/v1/order/cart", "/api/v1/order/cart/items/{productId}", "/api/v1/order/create",
                "/api/v1/order/internal/sales", "/api/v1/order/user", "/api/v1/order/{id}", "/api/v1/order/{id}/cancel",
            ],
            document["paths"]!.AsObject().Select(path => path.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_OpenAPI_document_tells_of_the_key_and_of_what_it_is_answered()
    {
        var document = await (await app.Service.Anonymous.GetAsync("/swagger/v1/swagger.json", Ct)).JsonAsync(HttpStatusCode.OK);

        var create = document["paths"]!["/api/v1/order/create"]!["post"]!;
        var key = Assert.Single(create["parameters"]!.AsArray())!;
        Assert.Equal(("Idempotency-Key", "header"), (key.Text("name"), key.Text("in")));
        Assert.Equal((1, 255), (key["schema"]!["minLength"]!.GetValue<int>(), key["schema"]!["maxLength"]!.GetValue<int>()));
        Assert.NotEqual(true, key["required"]?.GetValue<bool>());
        Assert.Equal(["200", "201", "400", "401", "403", "404", "408", "409", "413", "415", "422", "429", "503"], create["responses"]!.AsObject().Select(answer => answer.Key).Order());
    }

    [Fact]
    public async Task The_OpenAPI_document_tells_what_a_refused_cart_is_answered()
    {
        var document = await (await app.Service.Anonymous.GetAsync("/swagger/v1/swagger.json", Ct)).JsonAsync(HttpStatusCode.OK);

        var conflict = document["paths"]!["/api/v1/order/create"]!["post"]!["responses"]!["409"]!["content"]!["application/problem+json"]!["schema"]!;
        var schema = document["components"]!["schemas"]![conflict.Text("$ref").Split('/')[^1]]!;
        Assert.Contains(schema["properties"]!.AsObject(), member => member.Key == "rejected");
        Assert.Contains(schema["required"]!.AsArray(), member => member!.GetValue<string>() == "code");
    }

    [Fact]
    public async Task Nobody_gets_in_without_signing_in_or_with_the_wrong_role()
    {
        (string Method, string Path, string Roles)[] routes =
        [
            ("GET", "cart", "USER"),
            ("PUT", $"cart/items/{AnyId}", "USER"),
            ("DELETE", $"cart/items/{AnyId}", "USER"),
            ("DELETE", "cart", "USER"),
            ("POST", "create", "USER"),
            ("GET", "user", "USER"),
            ("GET", "artist", "ARTIST"),
            ("GET", AnyId, "USER ARTIST"),
            ("PATCH", AnyId, "ARTIST"),
            ("DELETE", $"{AnyId}/cancel", "USER ARTIST"),
        ];

        foreach (var (method, path, roles) in routes)
        {
            await (await SendAsync(app.Service.Anonymous, method, path)).ProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
            await (await SendAsync(app.Service.AsService("product", "order"), method, path)).ProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
            foreach (var role in new[] { "USER", "ARTIST", "ADMIN" }.Where(role => !roles.Contains(role, StringComparison.Ordinal)))
            {
                await (await SendAsync(app.Service.As(ObjectId.GenerateNewId(), role), method, path)).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
            }
        }
    }

    [Fact]
    [Proves("T17")]
    public async Task A_malformed_id_is_400()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());

        foreach (var id in new[] { "1", "zzzzzzzzzzzzzzzzzzzzzzzz", $"{AnyId}0", "$ne" })
        {
            await (await buyer.GetAsync(id)).ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
            await (await buyer.CancelAsync(id)).ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
            await (await artist.AnswerAsync(id, "VIEWED")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
            await (await SendAsync(buyer.Http, "DELETE", $"cart/items/{id}")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
            await (await SendAsync(buyer.Http, "PUT", $"cart/items/{id}", """{"quantity":1}""")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
        }
    }

    [Fact]
    [Proves(Requirement.Validation)]
    public async Task A_bad_order_is_400_and_nothing_is_ordered()
    {
        var buyer = app.Buyer();
        var artwork = app.List(app.Artist(), editions: 5);
        await buyer.PutInCartAsync(artwork);

        foreach (var body in BadBodies(artwork.Id, "\"productId\":\"ID\",").Concat(
        [
            """{"productId":"x"}""", """{"productId":""}""", """{"productId":5}""", """{"productId":{"$ne":null}}""", """{"productId":["ID"]}""",
            """{"quantity":1}""", """{"requirement":"no product"}""", """{"quantity":null,"requirement":"x"}""", """{"userId":"ID"}""",
        ]))
        {
            var response = await SendAsync(buyer.Http, "POST", "create", body.Replace("ID", artwork.Id.ToString(), StringComparison.Ordinal));
            Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{(int)response.StatusCode} for {body}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }

        Assert.Equal(0, await app.Orders.CountDocumentsAsync(order => order["userId"] == buyer.Id, cancellationToken: Ct));
        Assert.Equal(1, (await buyer.CartAsync())["items"]![0]!["quantity"]!.GetValue<int>());
    }

    [Fact]
    [Proves(Requirement.Validation)]
    public async Task A_bad_line_is_400_and_the_cart_stays()
    {
        var buyer = app.Buyer();
        var artwork = app.List(app.Artist(), editions: 5);

        foreach (var body in BadBodies(artwork.Id, "").Append("{}").Append("""{"requirement":"no quantity"}""").Append("""{"quantity":null}"""))
        {
            var response = await SendAsync(buyer.Http, "PUT", $"cart/items/{artwork.Id}", body);
            Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{(int)response.StatusCode} for {body}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }

        Assert.Empty((await buyer.CartAsync())["items"]!.AsArray());
    }

    [Fact]
    [Proves(Requirement.Validation)]
    public async Task A_bad_answer_is_400_and_the_order_stays()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var id = await buyer.OrderAsync(app.List(artist));

        foreach (var body in new[]
        {
            "", "null", "[]", "{}", """{"status":null}""", """{"status":""}""", """{"status":5}""", """{"status":"SOLD"}""", """{"status":"viewed"}""",
            """{"status":"CANCELLED"}""", """{"status":"REQUESTED"}""", """{"status":"VIEWED, ACCEPTED"}""", """{"status":["VIEWED"]}""",
            """{"status":"VIEWED","reason":5}""", """{"status":"VIEWED","editions":[1]}""", """{"status":"VIEWED","status":"ACCEPTED"}""",
            $$"""{"status":"VIEWED","reason":"{{new string('x', 501)}}"}""", """{"status":"VIEWED","reason":"\u0000"}""",
        })
        {
            var response = await SendAsync(artist.Http, "PATCH", id, body);
            Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{(int)response.StatusCode} for {body}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }

        Assert.Equal("REQUESTED", (await buyer.ReadOrderAsync(id)).Text("status"));
    }

    [Fact]
    public async Task Validation_names_the_field_and_a_missing_product_is_told_in_the_contracts_words()
    {
        var buyer = app.Buyer();

        var tooMany = await (await SendAsync(buyer.Http, "POST", "create", $$"""{"productId":"{{AnyId}}","quantity":1001}"""))
            .ProblemAsync(HttpStatusCode.BadRequest, "validation_failed");
        var missing = await (await SendAsync(buyer.Http, "POST", "create", """{"quantity":1}"""))
            .ProblemAsync(HttpStatusCode.BadRequest, "validation_failed");

        Assert.Equal("Quantity", Assert.Single(tooMany["errors"]!.AsObject()).Key);
        Assert.Equal("Product is required", missing.Text("message"));
    }

    [Fact]
    public async Task Numbers_may_arrive_as_text_as_forms_send_them()
    {
        var artwork = app.List(app.Artist(), editions: 5);

        var body = await (await SendAsync(app.Buyer().Http, "POST", "create", $$"""{"productId":"{{artwork.Id}}","quantity":"3"}"""))
            .JsonAsync(HttpStatusCode.Created);

        Assert.Equal(3, body["order"]!["item"]!["quantity"]!.GetValue<int>());
    }

    [Fact]
    public async Task Another_content_type_is_415()
    {
        using var form = new FormUrlEncodedContent([new("quantity", "1")]);

        var response = await app.Buyer().Http.PostAsync("/api/v1/order/create", form, Ct);

        await response.ProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    private static IEnumerable<string> BadBodies(ObjectId id, string product) => new[]
    {
        "", "null", "[]", "5", "{", """{P"quantity":0}""", """{P"quantity":-1}""", """{P"quantity":1001}""", """{P"quantity":1.5}""",
        """{P"quantity":"many"}""", """{P"quantity":true}""", """{P"quantity":99999999999999}""", """{P"quantity":[1]}""",
        """{P"quantity":1,"quantity":2}""", """{P"quantity":1,"price":1}""", """{P"quantity":1,"requirement":5}""", """{P"quantity":1,"requirement":"\u0000"}""",
        """{P"quantity":1,"requirement":"\ud800"}""", $$"""{P"quantity":1,"requirement":"{{new string('x', 1001)}}"}""",
    }.Select(body => body.Replace("P", product, StringComparison.Ordinal).Replace("ID", id.ToString(), StringComparison.Ordinal));

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, string? body = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/order/{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return client.SendAsync(request, Ct);
    }
}
