namespace Visuels.Testing;

/// <summary>What a <see cref="FakeSmtpServer"/> does to a connection, or to mails for a recipient.</summary>
public enum SmtpBehaviour
{
    /// <summary>Takes every mail.</summary>
    Accept,

    /// <summary>421: instead of a greeting, or to the recipient; then hangs up.</summary>
    Busy,

    /// <summary>554 instead of a greeting: not about any mail. To a recipient, 554 as well.</summary>
    Closed,

    /// <summary>451 to the recipient, the first <see cref="FakeSmtpServer.GreylistedTries"/> times.</summary>
    Greylist,

    /// <summary>550 to the recipient.</summary>
    Refuse,

    /// <summary>Never greets, or never answers to the recipient.</summary>
    Hang,

    /// <summary>Takes the mail and hangs up before it says so.</summary>
    CutAfterData,

    /// <summary>Takes the mail and says so only when <see cref="FakeSmtpServer.Release"/> is called.</summary>
    Hold,

    /// <summary>Takes the mail, and answers to its recipient and to it after <see cref="FakeSmtpServer.Slowness"/> each.</summary>
    Slow,
}

/// <summary>A mail that came in whole.</summary>
/// <param name="Recipient">The address in RCPT TO.</param>
/// <param name="MessageId">Its Message-ID, without brackets.</param>
/// <param name="Raw">Headers and body as they came.</param>
public sealed record SmtpDelivery(string Recipient, string MessageId, string Raw);
