using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.Jobs.Mailbox;

/// <summary>Shows the development mailbox to anybody: mapped in Development only, and only while it is in use.</summary>
internal static class MailboxEndpoints
{
    // A mail brings its own inline styles and shows pictures; nothing in it may run or be sent anywhere.
    private const string MailPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups";

    public static void MapMailbox(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment() || app.Services.GetService<DevelopmentMailbox>() is null)
        {
            return;
        }

        var mailbox = app.MapGroup("/dev/mailbox").WithTags("Development mailbox").AllowAnonymous();
        mailbox.MapGet("/", List);
        mailbox.MapGet("/{id}", Show);
    }

    private static Ok<IReadOnlyList<MailboxItem>> List(DevelopmentMailbox mailbox) => TypedResults.Ok(mailbox.List());

    private static Results<ContentHttpResult, ProblemHttpResult> Show(string id, DevelopmentMailbox mailbox, HttpResponse response)
    {
        if (mailbox.Find(id) is not { } mail)
        {
            return Problems.NotFound("There is no such mail.");
        }

        response.Headers[HeaderNames.ContentSecurityPolicy] = MailPolicy;
        return TypedResults.Content(mail.Html, "text/html; charset=utf-8");
    }
}
