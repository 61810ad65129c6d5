using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Jobs.Mailbox;

/// <summary>Shows the development mailbox to anybody: mapped in Development only, and only while it is in use.</summary>
internal static class MailboxEndpoints
{
    public static void MapMailbox(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment() || app.Services.GetService<DevelopmentMailbox>() is null)
        {
            return;
        }

        var mailbox = app.MapGroup("/dev/mailbox").WithTags("Development mailbox").AllowAnonymous();
        mailbox.MapGet("/", List).WithSummary("Lists the mails sent in development, the newest first");
        mailbox.MapGet("/{id}", Show).WithSummary("Shows one of them as a page").Produces<string>(200, "text/html").FailsWith(404);
    }

    private static Ok<IReadOnlyList<MailboxItem>> List(DevelopmentMailbox mailbox) => TypedResults.Ok(mailbox.List());

    private static Results<ContentHttpResult, ProblemHttpResult> Show(string id, DevelopmentMailbox mailbox, HttpResponse response) =>
        mailbox.Find(id) is { } mail ? MailPage.Show(mail.Html, response) : Problems.NotFound("There is no such mail.");
}
