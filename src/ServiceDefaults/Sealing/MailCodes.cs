using Visuels.Contracts.Accounts;

namespace Visuels.ServiceDefaults.Sealing;

/// <summary>
/// The code inside an <see cref="EmailCodeIssued"/>. Its seal belongs to this event's code, purpose and address: whoever can write to the
/// broker cannot have it mailed to another one.
/// </summary>
public static class MailCodes
{
    private const string Use = "mail-code";

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

    // None of the three has a line break, so no other three read the same.
    private static string Bound(EmailCodeIssued issued) => $"{issued.CodeId}\n{issued.Purpose}\n{issued.Email}";
}
