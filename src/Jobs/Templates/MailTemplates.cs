namespace Visuels.Jobs.Templates;

/// <summary>The names under which mails stand in the ledger; part of their Message-ID, so: letters and hyphens.</summary>
internal static class MailTemplates
{
    public const string Code = "code";

    /// <summary>A code to an address that a user wants, and that nobody has proven to be theirs.</summary>
    public const string AddressCode = "address-code";

    public const string KnownAddress = "known-address";
    public const string SecondFactor = "second-factor";
    public const string GoogleLinked = "google-linked";
    public const string PasswordChanged = "password-changed";
    public const string EmailChanged = "email-changed";
    public const string Welcome = "welcome";
    public const string NewOrder = "new-order";
    public const string OrderPlaced = "order-placed";
    public const string OrderStatus = "order-status";
    public const string OrderReminder = "order-reminder";
}
