using Visuels.Contracts.Accounts;

namespace Visuels.ServiceDefaults.Sealing;

/// <summary>
/// What mails tell nobody but their reader: the code inside an <see cref="EmailCodeIssued"/>, the token inside an <see cref="EmailChanged"/>.
/// Its seal belongs to this event and its address: whoever can write to the broker cannot have it mailed to another one.
/// </summary>
public static class MailCodes
{
    private const string Use = "mail-code";
    private const string UndoUse = "mail-undo";

    /// <summary>The event with a code sealed into it.</summary>
    /// <param name="issued">The event, complete but for the code.</param>
    /// <param name="code">The code in clear.</param>
    /// <param name="ring">The keys that Auth and Jobs share.</param>
    public static EmailCodeIssued WithCode(this EmailCodeIssued issued, string code, KeyRing ring) =>
        issued with { SealedCode = ring.Seal(code, Use, Bound(issued)) };

    /// <summary>The code in clear, or null when the event is not as Auth made it, or its key is gone.</summary>
    /// <param name="issued">The event.</param>
    /// <param name="ring">The keys that Auth and Jobs share.</param>
    public static string? OpenCode(this EmailCodeIssued issued, KeyRing ring) => ring.Open(issued.SealedCode, Use, Bound(issued));

    /// <summary>The event with the token sealed into it that undoes what it tells of.</summary>
    /// <param name="changed">The event, complete but for the token.</param>
    /// <param name="token">The token in clear.</param>
    /// <param name="ring">The keys that Auth and Jobs share.</param>
    public static EmailChanged WithUndo(this EmailChanged changed, string token, KeyRing ring) =>
        changed with { SealedUndo = ring.Seal(token, UndoUse, Bound(changed)) };

    /// <summary>The token in clear, or null when there is none, the event is not as Auth made it, or its key is gone.</summary>
    /// <param name="changed">The event.</param>
    /// <param name="ring">The keys that Auth and Jobs share.</param>
    public static string? OpenUndo(this EmailChanged changed, KeyRing ring) =>
        changed.SealedUndo is { } sealedUndo ? ring.Open(sealedUndo, UndoUse, Bound(changed)) : null;

    // None of the three has a line break, so no other three read the same.
    private static string Bound(EmailCodeIssued issued) => $"{issued.CodeId}\n{issued.Purpose}\n{issued.Email}";

    private static string Bound(EmailChanged changed) => $"{changed.UserId}\n{changed.Version}\n{changed.Email}";
}
