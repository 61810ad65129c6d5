using System.Text.Json;
using System.Text.RegularExpressions;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

public sealed record Mail(string Id, string To, string Subject, string Text);

/// <summary>Reads the development mailbox over HTTP.</summary>
public sealed partial class Mailbox(string address)
{
    private static readonly HttpClient Http = new();

    public async Task<IReadOnlyList<Mail>> ReadAsync(string to, CancellationToken ct)
    {
        using var mails = JsonDocument.Parse(await Http.GetStringAsync($"{address}/dev/mailbox", ct));
        return [.. mails.RootElement.EnumerateArray()
            .Select(mail => new Mail(mail.Text("id"), mail.Text("to"), mail.Text("subject"), mail.Text("text")))
            .Where(mail => mail.To == to)];
    }

    /// <summary>Waits for the mails of an address: as many as expected, and no more.</summary>
    public async Task<IReadOnlyList<Mail>> ExpectAsync(string to, int count, CancellationToken ct)
    {
        IReadOnlyList<Mail> mails = [];
        await Eventually.Until(async () => (mails = await ReadAsync(to, ct)).Count >= count, $"{to} has {count} mails");
        Assert.Equal(count, mails.Count);
        return mails;
    }

    /// <summary>Waits for the one-time code of an address.</summary>
    public async Task<string> CodeAsync(string to, CancellationToken ct)
    {
        string? code = null;
        await Eventually.Until(async () => (code = (await ReadAsync(to, ct)).Select(mail => Code().Match(mail.Text).Value).FirstOrDefault(text => text.Length == 6)) is not null, $"{to} has a code");
        return code!;
    }

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex Code();
}
