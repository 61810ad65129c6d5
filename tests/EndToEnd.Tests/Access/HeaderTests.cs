using System.Net;
using System.Net.Http.Headers;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>Whatever a route answers, and whoever asks: the same headers, and nothing about the inside.</summary>
[Collection<SharedMarket>]
public sealed class HeaderTests(Market market)
{
    private readonly List<string> _wrong = [];

    public static TheoryData<string> Services => [.. SixServices.Names];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Services))]
    [Proves(Requirement.Headers)]
    [Proves(Requirement.Errors)]
    public async Task Every_answer_of_every_route_carries_them_and_a_fault_tells_nothing(string service)
    {
        var statuses = new HashSet<int>();
        foreach (var line in RouteTable.Of(service))
        {
            var role = line.RolesLetIn.FirstOrDefault() ?? Roles.User;
            var request = await RouteExamples.ForAsync(line, role, market);
            var token = line.RolesLetIn.Any() ? market.Owner(role).Token : ServiceToken(line, request);
            statuses.Add(await AskAsync(service, line, request, token, fault: service));
            statuses.Add(await AskAsync(service, line, request, null));
            statuses.Add(await AskAsync(service, line, request, market.Owner(role).Token));
            statuses.Add(await AskAsync(service, line, request with { Path = request.Path + "/nothing" }, market.Owner(role).Token));
            if (line.IsPublic)
            {
                await AskAsync("gateway", line, request, null);
                await AskAsync("gateway", line, request, token, fault: "gateway");
                if (line.RolesLetIn.Any())
                {
                    await AskAsync("gateway", line, request, token, fault: service);
                }
            }
        }

        Assert.True(_wrong.Count == 0, string.Join('\n', _wrong));
        Assert.Superset(service == "gateway" ? [200, 401, 404, 500] : new HashSet<int> { 200, 401, 404, 500 }, statuses);
    }

    [Theory]
    [MemberData(nameof(Services))]
    [Proves(Requirement.Methods)]
    [Proves(Requirement.Headers)]
    public async Task Nobody_traces_and_unknown_methods_are_none(string service)
    {
        foreach (var line in RouteTable.Of(service).Where(line => line.Method != "any"))
        {
            var request = RouteExamples.OfNothing(line);
            foreach (var method in new[] { "TRACE", "PROPFIND" })
            {
                using var answer = await market.SendAsync(service, new HttpMethod(method), request.Path, market.Buyer.Token);
                Assert.True(answer.StatusCode == HttpStatusCode.MethodNotAllowed, $"{method} {request.Path}: {answer.StatusCode}");
                CheckHeaders(answer, method, isPage: false);
            }
        }

        Assert.Empty(_wrong);
    }

    [Theory]
    [MemberData(nameof(Services))]
    [Proves(Requirement.Methods)]
    public async Task Whatever_answers_GET_answers_HEAD_alike(string service)
    {
        foreach (var line in RouteTable.Of(service).Where(line => line.Method == "GET"))
        {
            foreach (var entrance in line.IsPublic ? new[] { service, "gateway" } : [service])
            {
                var request = await RouteExamples.ForAsync(line, line.RolesLetIn.FirstOrDefault() ?? Roles.User, market);
                foreach (var token in new[] { null, market.Owner(line.RolesLetIn.FirstOrDefault() ?? Roles.User).Token })
                {
                    using var get = await market.SendAsync(entrance, HttpMethod.Get, request.Path, token);
                    using var head = await market.SendAsync(entrance, HttpMethod.Head, request.Path, token);
                    Assert.True(get.StatusCode == head.StatusCode, $"{line.Key} at {entrance}: {get.StatusCode}, and HEAD {head.StatusCode}");
                    Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    [Proves(Requirement.Headers)]
    public async Task What_came_by_https_is_to_come_by_https_for_a_year(string service)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(market.AddressOf(service), "/health/live"));
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await market.Http.SendAsync(request, Ct);

        // The Gateway knows no proxy in front of it here, so nobody's word for it.
        Assert.Equal(
            service == "gateway" ? null : "max-age=31536000; includeSubDomains",
            answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? Assert.Single(values) : null);
    }

    [Theory]
    [MemberData(nameof(Services))]
    [Proves(Requirement.Cors)]
    public async Task Only_our_own_pages_may_read_answers(string service)
    {
        var path = service == "gateway" ? "/products" : "/health/live";
        foreach (var origin in new[] { "https://evil.example", "null", "https://localhost:3000", "http://localhost:3001", "http://localhost:3000.evil.example", "http://evil.localhost:3000", "*" })
        {
            Assert.False(await AllowsAsync(HttpMethod.Get, origin), origin);
            Assert.False(await AllowsAsync(HttpMethod.Options, origin), origin);
        }

        Assert.True(await AllowsAsync(HttpMethod.Get, "http://localhost:3000"));
        Assert.True(await AllowsAsync(HttpMethod.Options, "http://localhost:3000"));
        Assert.True(await AllowsAsync(HttpMethod.Options, market.AddressOf("gateway").GetLeftPart(UriPartial.Authority)));

        async Task<bool> AllowsAsync(HttpMethod method, string origin)
        {
            using var request = new HttpRequestMessage(method, new Uri(market.AddressOf(service), path));
            request.Headers.TryAddWithoutValidation("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", "POST");
            using var answer = await market.Http.SendAsync(request, Ct);
            var allowed = answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? Assert.Single(values) : null;
            Assert.True(allowed is null || allowed == origin);
            return allowed is not null;
        }
    }

    private string ServiceToken(RouteLine line, RouteExample request) =>
        line.Services.Count == 0 ? market.Buyer.Token
        : market.Keys.ServiceToken(line.Services[0], line.Service, request.Method, new Uri(market.AddressOf(line.Service), request.Path));

    private async Task<int> AskAsync(string entrance, RouteLine line, RouteExample example, string? token, string? fault = null)
    {
        using var request = new HttpRequestMessage(example.Method, market.AddressOf(entrance).GetLeftPart(UriPartial.Authority) + example.Path) { Content = example.Body() };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (fault is not null)
        {
            Faults.Ask(request, fault);
        }

        using var answer = await market.Http.SendAsync(request, Ct);
        var body = await answer.Content.ReadAsStringAsync(Ct);
        var what = $"{line.Key} at {entrance}, {(int)answer.StatusCode}";
        CheckHeaders(answer, what, line.Path is "/" or "/api/v1/auth/email/undo" or "/dev/mailbox/{id}" or "/dev/templates/{name}" or "/dev/templates");
        if (fault is not null)
        {
            CheckFault(answer, body, what);
        }

        return (int)answer.StatusCode;
    }

    private void CheckHeaders(HttpResponseMessage answer, string what, bool isPage)
    {
        Expect("X-Content-Type-Options", "nosniff");
        Expect("Referrer-Policy", "no-referrer");
        Expect("Cross-Origin-Resource-Policy", "same-site");
        if (!isPage || !answer.IsSuccessStatusCode)
        {
            Expect("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
        }
        else if (!answer.Headers.Contains("Content-Security-Policy"))
        {
            _wrong.Add($"{what}: a page without policy");
        }

        if (!answer.IsSuccessStatusCode && answer.Headers.CacheControl?.NoStore != true)
        {
            _wrong.Add($"{what}: may be kept in caches");
        }

        foreach (var header in new[] { "Server", "X-Powered-By", "X-AspNet-Version", "Strict-Transport-Security" }.Where(answer.Headers.Contains))
        {
            _wrong.Add($"{what}: {header}");
        }

        void Expect(string header, string value)
        {
            if (!answer.Headers.TryGetValues(header, out var values) || values.ToList() is not [var only] || only != value)
            {
                _wrong.Add($"{what}: {header} is {string.Join(", ", values ?? [])}");
            }
        }
    }

    private void CheckFault(HttpResponseMessage answer, string body, string what)
    {
        if (answer.StatusCode != HttpStatusCode.InternalServerError || answer.Content.Headers.ContentType?.MediaType != "application/problem+json"
            || !body.Contains("\"code\":\"internal_error\"", StringComparison.Ordinal))
        {
            _wrong.Add($"{what}: no problem for a fault: {body}");
        }

        foreach (var word in new[] { Faults.Inside, "find(", "mongodb", "Exception", "   at ", "Visuels.", "Microsoft.", ".cs", "localhost" }.Where(word => body.Contains(word, StringComparison.Ordinal)))
        {
            _wrong.Add($"{what}: a fault tells of '{word}': {body}");
        }
    }
}
