using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>Bodies that no honest client sends, at every route that reads JSON.</summary>
[Collection<SharedMarket>]
[Proves(Requirement.Validation)]
[Proves("T17")]
public sealed class HostileBodyTests(Market market)
{
    private const int Depth = 5_000;
    private const int TooLarge = 70_000;

    // What only the server decides. The storefront sends a user's whole profile back, so there its own members are read past.
    private static readonly string[] ServersOwn = ["artistId", "userId", "status", "rating", "likes", "views", "isEmailVerified", "verified", "role", "price", "sold", "_id", "version"];

    public static TheoryData<string> Routes => [.. SixServices.Names.Where(name => name is not "gateway" and not "jobs")];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Are_the_callers_mistake_and_change_nothing(string service)
    {
        var wrong = new List<string>();
        foreach (var (line, body) in JsonRoutes(service))
        {
            var members = Members(body).ToList();
            foreach (var (content, what) in Hostile(members).Where(hostile => !(hostile.Body == "null" && IsBodyOptional(line))))
            {
                using var answer = await SendAsync(line, new StringContent(content, Encoding.UTF8, "application/json"));
                await ExpectAsync(HttpStatusCode.BadRequest, answer, line, what, wrong);
            }

            using var none = await SendAsync(line, Json(""));
            await ExpectAsync(IsBodyOptional(line) ? null : HttpStatusCode.BadRequest, none, line, "no body", wrong);
            using var large = await SendAsync(line, Json($$"""{"{{members[0].Name}}":"{{new string('x', TooLarge)}}"}"""));
            await ExpectAsync(HttpStatusCode.RequestEntityTooLarge, large, line, "70 kB", wrong);
            foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "application/xml" })
            {
                using var other = await SendAsync(line, new StringContent("{}", Encoding.UTF8, type));
                await ExpectAsync(HttpStatusCode.UnsupportedMediaType, other, line, type, wrong);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    [Proves(Requirement.FieldRights)]
    public async Task Members_that_only_the_server_decides_are_refused(string service)
    {
        var wrong = new List<string>();
        foreach (var (line, body) in JsonRoutes(service).Where(route => route.Line.Path != "/api/v1/user/profile/update"))
        {
            foreach (var member in ServersOwn.Except(Members(body).Select(known => known.Name)))
            {
                using var answer = await SendAsync(line, Json($$"""{"{{member}}":"1"}"""));
                await ExpectAsync(HttpStatusCode.BadRequest, answer, line, member, wrong);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<(string Body, string What)> Hostile(IReadOnlyList<Member> members)
    {
        yield return ("{", "half an object");
        yield return ("[]", "a list");
        yield return ("null", "null");
        yield return ("\"text\"", "a text");
        yield return ("{}{}", "two objects");
        yield return ("""{"unheardOf":1}""", "an unknown member");
        yield return ("""{"__proto__":{"role":"ADMIN"}}""", "a prototype");
        yield return ($$"""{"{{members[0].Name}}":{{string.Concat(Enumerable.Repeat("[", Depth))}}{{string.Concat(Enumerable.Repeat("]", Depth))}}}""", "a deep list");
        foreach (var member in members)
        {
            yield return ($$$"""{"{{{member.Name}}}":{"$gt":""}}""", $"an operator for {member.Name}");
            yield return ($$"""{"{{member.Name}}":[1,{}]}""", $"a mixed list for {member.Name}");
            yield return ($$"""{"{{member.Name}}":"a","{{member.Name}}":"b"}""", $"{member.Name} twice");
            if (!member.MayBeNull)
            {
                yield return ($$"""{"{{member.Name}}":null}""", $"null for {member.Name}");
            }
        }
    }

    private static StringContent Json(string content)
    {
        var json = new StringContent(content);
        json.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return json;
    }

    private static IEnumerable<Member> Members(Type body)
    {
        var nullability = new NullabilityInfoContext();
        // What is read past has no type of its own.
        return body.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.PropertyType != typeof(JsonElement?)).Select(property => new Member(
            JsonNamingPolicy.CamelCase.ConvertName(property.Name), nullability.Create(property).WriteState != NullabilityState.NotNull));
    }

    private IEnumerable<(RouteLine Line, Type Body)> JsonRoutes(string service) =>
        from mapped in RouteTable.Mapped(service, market[service])
        let accepts = mapped.Value.Metadata.GetMetadata<IAcceptsMetadata>()
        where accepts is { RequestType: not null } && accepts.ContentTypes.Contains("application/json")
        select (RouteTable.Lines.Single(line => line.Key == mapped.Key), accepts.RequestType);

    private bool IsBodyOptional(RouteLine line) =>
        RouteTable.Mapped(line.Service, market[line.Service])[line.Key].Metadata.GetMetadata<IAcceptsMetadata>()!.IsOptional;

    private Task<HttpResponseMessage> SendAsync(RouteLine line, HttpContent content)
    {
        var request = RouteExamples.OfNothing(line);
        var token = line.Services.Count > 0
            ? market.Keys.ServiceToken(line.Services[0], line.Service, request.Method, new Uri(market.AddressOf(line.Service), request.Path))
            : market.Owner(line.RolesLetIn.FirstOrDefault() ?? Roles.User).Token;
        return market.SendAsync(line.Service, request.Method, request.Path, token, content);
    }

    private static async Task ExpectAsync(HttpStatusCode? status, HttpResponseMessage answer, RouteLine line, string what, List<string> wrong)
    {
        var body = await answer.Content.ReadAsStringAsync(Ct);
        if (status is not null && answer.StatusCode != status)
        {
            wrong.Add($"{line.Key}, {what}: {(int)answer.StatusCode} instead of {(int)status}: {body}");
        }

        if (answer.StatusCode >= HttpStatusCode.InternalServerError || body.Contains("System.", StringComparison.Ordinal) || body.Contains("BytePosition", StringComparison.Ordinal))
        {
            wrong.Add($"{line.Key}, {what}: {(int)answer.StatusCode}: {body}");
        }
    }

    private sealed record Member(string Name, bool MayBeNull);
}
