namespace Visuels.Jobs.Templates;

/// <summary>What a mail says, as plain text throughout; <see cref="MailLayout"/> makes both the HTML and the text part of it.</summary>
internal sealed record MailContent(string Subject, string Heading, string Greeting)
{
    public IReadOnlyList<string> Paragraphs { get; init; } = [];

    /// <summary>A one-time code, shown large.</summary>
    public string? Code { get; init; }

    /// <summary>An absolute http(s) URL.</summary>
    public string? ImageUrl { get; init; }

    public IReadOnlyList<(string Label, string Value)> Facts { get; init; } = [];

    public (string Label, string Url)? Link { get; init; }

    /// <summary>Small print at the end.</summary>
    public string? Note { get; init; }
}

/// <summary>Who gets a mail.</summary>
internal sealed record MailRecipient(string Name, string Email);
