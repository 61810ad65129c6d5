using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Gateway.Landing;

internal static class LandingEndpoints
{
    private static readonly string Page = ReadPage();

    public static void MapLanding(this IEndpointRouteBuilder app) => app.MapGet("/", Show).AllowAnonymous();

    private static ContentHttpResult Show(IOptions<LandingOptions> options, HttpResponse response)
    {
        response.Headers[HeaderNames.ContentSecurityPolicy] = SecurityHeaders.PagePolicy;
        return TypedResults.Text(Render(options.Value), "text/html", Encoding.UTF8);
    }

    private static string Render(LandingOptions options)
    {
        var services = options.Services.Select(service =>
            $"<li><a href=\"{Encode(service.Value)}/swagger\">{Encode(service.Key)}</a> <code>{Encode(service.Value)}</code></li>");
        var mailbox = options.Mailbox is { } url
            ? $"<p>Every mail, the sign-up codes too: <a href=\"{Encode(url)}\">development mailbox</a></p>"
            : "";
        var accounts = options.Accounts.Select(account =>
            $"<tr><td>{Encode(account.Role)}</td><td><code>{Encode(account.Email)}</code></td><td><code>{Encode(account.Password)}</code></td></tr>");
        return Page
            .Replace("{{services}}", string.Concat(services), StringComparison.Ordinal)
            .Replace("{{mailbox}}", mailbox, StringComparison.Ordinal)
            .Replace("{{accounts}}", string.Concat(accounts), StringComparison.Ordinal)
            .Replace("{{hide-services}}", options.Services.Count == 0 ? "hidden" : "", StringComparison.Ordinal)
            .Replace("{{hide-accounts}}", options.Accounts.Count == 0 ? "hidden" : "", StringComparison.Ordinal);
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string ReadPage()
    {
        using var stream = typeof(LandingEndpoints).Assembly.GetManifestResourceStream("Visuels.Gateway.Landing.index.html")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
