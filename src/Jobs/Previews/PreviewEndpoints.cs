using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Visuels.Jobs.Mailbox;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Jobs.Previews;

/// <summary>Shows what the mails look like, with data made up: mapped in Development only.</summary>
internal static class PreviewEndpoints
{
    public static void MapPreviews(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
        {
            return;
        }

        var templates = app.MapGroup("/dev/templates").WithTags("Mail previews").AllowAnonymous();
        templates.MapGet("/", List).WithSummary("Lists every mail there is, in each of its wordings");
        templates.MapGet("/{name}", Show).WithSummary("Shows a mail with data made up")
            .Produces<string>(200, "text/html", "text/plain").FailsWith(404);
    }

    private static Ok<TemplateListResponse> List(IOptions<SiteOptions> site) => TypedResults.Ok(new TemplateListResponse(
        [.. TemplateSamples.All
            .GroupBy(sample => sample.Template)
            .Select(group => new TemplateItem(group.Key, [.. group.Select(sample => SampleItem.From(sample, site.Value))]))]));

    private static Results<ContentHttpResult, ProblemHttpResult> Show(
        string name, string? sample, [OneOf("html", "text")] string? part, IOptions<SiteOptions> site, HttpResponse response)
    {
        if (part is not (null or "html" or "text"))
        {
            return Problems.InvalidQuery("part must be html or text.");
        }

        if (TemplateSamples.All.FirstOrDefault(s => s.Template == name && (sample is null || s.Name == sample)) is not { } found)
        {
            return Problems.NotFound("There is no such template or sample; /dev/templates lists them.");
        }

        var content = found.Compose(site.Value);
        return part == "text"
            ? TypedResults.Content(MailLayout.Text(content), "text/plain; charset=utf-8")
            : MailPage.Show(MailLayout.Html(content), response);
    }

    internal sealed record TemplateListResponse(IReadOnlyList<TemplateItem> Templates);

    internal sealed record TemplateItem(string Name, IReadOnlyList<SampleItem> Samples);

    internal sealed record SampleItem(string Name, string Subject, string Href)
    {
        public static SampleItem From(TemplateSample sample, SiteOptions site) =>
            new(sample.Name, sample.Compose(site).Subject, $"/dev/templates/{sample.Template}?sample={sample.Name}");
    }
}
