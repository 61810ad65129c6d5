using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.Auth.Addresses;

/// <summary>The page that the mail about a changed address leads to: it asks, and says what came of it. It works without script.</summary>
internal sealed class UndoPage(IOptions<SiteOptions> site)
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly string Frame = ReadFrame();

    /// <summary>One and the same for every token, and nothing is looked up: programs that read mails follow links.</summary>
    public static ContentHttpResult Ask(string token, HttpResponse response) => Show(response, StatusCodes.Status200OK, "Undo the change of your address?",
        $"""
        <p>The e-mail address of your Visuels account was changed. If it was you, close this page: there is nothing to do.</p>
        <p>If it was not you, undo the change. Your account gets its address before back, everybody is signed out, and its password is removed,
        with a link to Google and with a second factor that was switched on since. Then set a new password.</p>
        <form method="post" action="undo">
          <input type="hidden" name="token" value="{WebUtility.HtmlEncode(token)}">
          <button type="submit">Undo the change</button>
        </form>
        """);

    public ContentHttpResult Outcome(AddressChange change, bool isBlocked, HttpResponse response) => (change, isBlocked) switch
    {
        (AddressChange.Done, _) => Show(response, StatusCodes.Status200OK, "Your account has its address back",
            $"<p>Everybody is signed out, and the password is removed. Now set a new one: {Storefront}, choose to sign in, say that you forgot your password, and we mail you a code.</p>"),
        (AddressChange.Taken, _) => Show(response, StatusCodes.Status409Conflict, "The change was not undone",
            "<p>Another account has this address by now. Please write to us.</p>"),
        (_, true) => Show(response, StatusCodes.Status403Forbidden, "The change was not undone",
            "<p>This account is blocked. Please write to us.</p>"),
        _ => Show(response, StatusCodes.Status400BadRequest, "This change cannot be undone any more",
            $"<p>It was undone already, or the time for it has passed, or the link is not whole. If it was undone, set a new password: {Storefront}, choose to sign in, and say that you forgot your password. Otherwise please write to us.</p>"),
    };

    private string Storefront => $"<a href=\"{WebUtility.HtmlEncode(site.Value.FrontendUrl)}\">go to Visuels</a>";

    private static ContentHttpResult Show(HttpResponse response, int status, string title, string content)
    {
        response.Headers[HeaderNames.ContentSecurityPolicy] = Policy;
        var page = Frame.Replace("{{title}}", title, StringComparison.Ordinal).Replace("{{content}}", content, StringComparison.Ordinal);
        return TypedResults.Text(page, "text/html", Encoding.UTF8, status);
    }

    private static string ReadFrame()
    {
        using var stream = typeof(UndoPage).Assembly.GetManifestResourceStream("Visuels.Auth.Addresses.undo.html")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
