using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Errors;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

public class ErrorTests(SampleApp app) : IClassFixture<SampleApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(typeof(MongoConnectionException))]
    [InlineData(typeof(MongoConnectionPoolPausedException))]
    [InlineData(typeof(MongoExecutionTimeoutException))]
    [InlineData(typeof(MongoWaitQueueFullException))]
    [InlineData(typeof(MongoNotPrimaryException))]
    [InlineData(typeof(TimeoutException))]
    public void A_store_that_is_away_is_an_outage_and_no_fault_of_ours(Type exception) =>
        Assert.Equal(503, ErrorHandling.StatusOf((Exception)RuntimeHelpers.GetUninitializedObject(exception)));

    [Theory]
    [InlineData("application/xml")]
    [InlineData("image/webp")]
    [InlineData("text/plain;q=0.1")]
    [Proves(Requirement.Errors)]
    public async Task An_error_has_its_one_form_whatever_its_caller_would_rather_read(string accepted)
    {
        using var body = new StringContent("{", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/things") { Content = body };
        request.Headers.Accept.ParseAdd(accepted);

        using var response = await app.Service.Anonymous.SendAsync(request, Ct);

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.ProblemAsync(Ct);
        Assert.Equal("invalid_request", problem.GetProperty("code").GetString());
        Assert.NotEqual("", problem.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"title":"Dusk","price":1,"framed":true,"extra":1}""")]
    [InlineData("""{"title":"Dusk","title":"Dawn","price":1,"framed":true}""")]
    [InlineData("""{"title":null,"price":1,"framed":true}""")]
    [InlineData("""{"title":{"$gt":""},"price":1,"framed":true}""")]
    [InlineData("""{"title":"Dusk","price":"much","framed":true}""")]
    [InlineData("""{"title":"Dusk","price":1e309,"framed":true}""")]
    [InlineData("""{"title":"Dusk","price":1,"framed":"yes"}""")]
    [InlineData("""{"title":"Dusk","price":1}""")]
    [InlineData("""{"title":"D\u0000","price":1,"framed":true}""")]
    [InlineData("""{"title":"\ud800x","price":1,"framed":true}""")]
    [InlineData("""{"title":"x","price":1,"framed":true}""")]
    [InlineData("""{"title":"Dusk","price":-1,"framed":true}""")]
    [InlineData("""{"title":"Dusk","price":1,"framed":true,"at":"yesterday"}""")]
    [Proves(Requirement.Validation)]
    public async Task A_body_that_breaks_a_rule_is_the_callers_fault_and_says_so(string body)
    {
        var response = await app.Service.Anonymous.PostAsync("/things", new StringContent(body, Encoding.UTF8, "application/json"), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.ProblemAsync(Ct);
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
        Assert.Contains(problem.GetProperty("code").GetString(), new[] { "invalid_request", "validation_failed" });
        Assert.Equal(problem.GetProperty("detail").GetString(), problem.GetProperty("message").GetString());
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        Assert.DoesNotContain("Visuels.", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_and_booleans_may_come_as_the_strings_of_a_form()
    {
        var body = """{"title":"Dusk","price":"12.50","framed":"true","at":"2026-01-02T03:04:05+01:00"}""";

        var response = await app.Service.Anonymous.PostAsync("/things", new StringContent(body, Encoding.UTF8, "application/json"), Ct);

        Assert.Equal("""{"title":"Dusk","price":12.50,"framed":true,"at":"2026-01-02T02:04:05.000Z"}""", await response.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task The_message_names_the_field_in_the_callers_own_spelling()
    {
        var body = """{"title":"Dusk","price":"much","framed":true}""";

        var response = await app.Service.Anonymous.PostAsync("/things", new StringContent(body, Encoding.UTF8, "application/json"), Ct);

        Assert.Contains("'price'", (await response.ProblemAsync(Ct)).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/page?page=x", 400, "invalid_query")]
    [InlineData("GET", "/things/123", 400, "invalid_query")]
    [InlineData("GET", "/things/zzzzzzzzzzzzzzzzzzzzzzzz", 400, "invalid_query")]
    [InlineData("GET", "/nothing", 404, "not_found")]
    [InlineData("DELETE", "/open", 405, "method_not_allowed")]
    [InlineData("TRACE", "/open", 405, "method_not_allowed")]
    [InlineData("GET", "/me", 401, "unauthorized")]
    [InlineData("GET", "/broken", 500, "internal_error")]
    [InlineData("GET", "/dependency", 503, "dependency_unavailable")]
    [Proves(Requirement.Errors)]
    [Proves("T17")]
    [Proves(Requirement.Methods)]
    public async Task Every_failure_is_a_problem_with_a_code_and_no_insides(string method, string path, int status, string code)
    {
        var response = await app.Service.Anonymous.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Ct);

        Assert.Equal(status, (int)response.StatusCode);
        var problem = await response.ProblemAsync(Ct);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Number, problem.GetProperty("status").ValueKind);
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.1", problem.ToString(), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task A_wrong_content_type_is_415()
    {
        var response = await app.Service.Anonymous.PostAsync("/things", new StringContent("title=Dusk", Encoding.UTF8, "text/plain"), Ct);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal("unsupported_media_type", (await response.ProblemAsync(Ct)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("application/json; charset=bogus", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-7", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-8; charset=bogus", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=\"UTF-8\"", HttpStatusCode.OK)]
    [InlineData("application/json; charset=utf8", HttpStatusCode.OK)]
    [InlineData("application/json; charset=", HttpStatusCode.OK)]
    public async Task Bodies_are_utf_8_by_whatever_name(string contentType, HttpStatusCode status)
    {
        using var body = new ByteArrayContent("""{"title":"Dusk","price":1,"framed":true}"""u8.ToArray());
        body.Headers.TryAddWithoutValidation("Content-Type", contentType);

        var response = await app.Service.Anonymous.PostAsync("/things", body, Ct);

        Assert.Equal(status, response.StatusCode);
        if (status != HttpStatusCode.OK)
        {
            Assert.Equal("unsupported_media_type", (await response.ProblemAsync(Ct)).GetProperty("code").GetString());
        }
    }

    [Theory]
    [InlineData("utf-8", HttpStatusCode.OK)]
    [InlineData("utf-7", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_part_of_a_form_in_an_encoding_that_is_switched_off_is_415(string charset, HttpStatusCode expected)
    {
        using var form = new MultipartFormDataContent { { new StringContent("Dusk"), "title" } };
        form.First().Headers.ContentType!.CharSet = charset;

        Assert.Equal(expected, (await app.Service.Anonymous.PostAsync("/forms", form, Ct)).StatusCode);
    }

    [Fact]
    [Proves(Requirement.Limits)]
    public async Task A_body_over_the_limit_is_413()
    {
        var response = await app.Service.Anonymous.PostAsync(
            "/things", new StringContent($$"""{"title":"{{new string('x', 70_000)}}"}""", Encoding.UTF8, "application/json"), Ct);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("payload_too_large", (await response.ProblemAsync(Ct)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Health_answers_anyone()
    {
        Assert.Equal(HttpStatusCode.OK, (await app.Service.Anonymous.GetAsync("/health/live", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Service.Anonymous.GetAsync("/health/ready", Ct)).StatusCode);
    }

    [Fact]
    public async Task The_description_carries_the_services_own_title() =>
        Assert.Contains("Visuels Sample", await app.Service.Anonymous.GetStringAsync("/swagger/v1/swagger.json", Ct), StringComparison.Ordinal);
}
