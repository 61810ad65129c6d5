using System.Text;
using Visuels.ServiceDefaults.Text;

namespace Visuels.Jobs.Templates;

/// <summary>One look for all mails: tables and inline styles, which is what mail programs agree on.</summary>
internal static class MailLayout
{
    private const string Team = "Team Visuels";

    public static string Html(MailContent mail)
    {
        Html html = $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{mail.Subject}</title></head>
            <body style="margin:0;padding:24px 12px;background:#f4f4f2;font-family:Helvetica,Arial,sans-serif;color:#222;line-height:1.5">
            <table role="presentation" width="100%" style="max-width:560px;margin:0 auto;background:#fff;border-radius:8px"><tr><td style="padding:32px">
            <p style="margin:0 0 24px;font-size:14px;letter-spacing:3px;color:#777">VISUELS</p>
            <h1 style="margin:0 0 16px;font-size:22px">{mail.Heading}</h1>
            <p><bdi>{mail.Greeting}</bdi></p>
            {Paragraphs(mail)}{Code(mail)}{Image(mail)}{Facts(mail)}{Link(mail)}{Note(mail)}
            <p style="margin:32px 0 0;color:#777">{Team}</p>
            </td></tr></table>
            </body>
            </html>
            """;
        return html.ToString();
    }

    public static string Text(MailContent mail)
    {
        var text = new StringBuilder();
        text.AppendLine(mail.Greeting).AppendLine();
        foreach (var paragraph in mail.Paragraphs)
        {
            text.AppendLine(paragraph).AppendLine();
        }

        if (mail.Code is { } code)
        {
            text.AppendLine(code).AppendLine();
        }

        foreach (var (label, value) in mail.Facts)
        {
            text.Append(label).Append(": ").AppendLine(value);
        }

        if (mail.Facts.Count > 0)
        {
            text.AppendLine();
        }

        if (mail.Link is var (action, url))
        {
            text.Append(action).Append(": ").AppendLine(url).AppendLine();
        }

        if (mail.Note is { } note)
        {
            text.AppendLine(note).AppendLine();
        }

        // HTML keeps each text to itself by bdi; plain text has no such thing.
        return Lines.WithoutDirections(text.AppendLine(Team).ToString());
    }

    private static Html Paragraphs(MailContent mail) => Templates.Html.Join(mail.Paragraphs.Select(paragraph => (Html)$"<p><bdi>{paragraph}</bdi></p>"));

    private static Html Code(MailContent mail) => mail.Code is { } code
        ? $"""<p style="margin:24px 0;padding:16px;background:#f4f4f2;border-radius:8px;text-align:center;font-size:32px;letter-spacing:8px"><b>{code}</b></p>"""
        : Templates.Html.Empty;

    private static Html Image(MailContent mail) => Uri.TryCreate(mail.ImageUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        ? $"""<p><img src="{url.AbsoluteUri}" alt="" width="240" style="max-width:100%;border-radius:4px"></p>"""
        : Templates.Html.Empty;

    private static Html Facts(MailContent mail)
    {
        if (mail.Facts.Count == 0)
        {
            return Templates.Html.Empty;
        }

        var rows = Templates.Html.Join(mail.Facts.Select(fact => (Html)
            $"""<tr><td style="padding:4px 16px 4px 0;color:#777;vertical-align:top">{fact.Label}</td><td style="padding:4px 0"><bdi>{fact.Value}</bdi></td></tr>"""));
        return $"""<table role="presentation" style="margin:16px 0">{rows}</table>""";
    }

    private static Html Link(MailContent mail) => mail.Link is var (label, url)
        ? $"""<p style="margin:24px 0"><a href="{url}" style="display:inline-block;padding:12px 20px;background:#222;color:#fff;text-decoration:none;border-radius:4px">{label}</a></p>"""
        : Templates.Html.Empty;

    private static Html Note(MailContent mail) => mail.Note is { } note
        ? $"""<p style="font-size:13px;color:#777">{note}</p>"""
        : Templates.Html.Empty;
}
