using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Visuels.Jobs.Mailbox;

/// <summary>A mail as a page of a browser.</summary>
internal static class MailPage
{
    // A mail brings its own inline styles and shows pictures; nothing in it may run or be sent anywhere.
    private const string Policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups";

    public static ContentHttpResult Show(string html, HttpResponse response)
    {
        response.Headers[HeaderNames.ContentSecurityPolicy] = Policy;
        return TypedResults.Content(html, "text/html; charset=utf-8");
    }
}
