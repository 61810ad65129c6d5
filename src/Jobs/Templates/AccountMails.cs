using System.Globalization;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Jobs.Templates;

/// <summary>Mails about an account, to its owner.</summary>
internal static class AccountMails
{
    public static MailContent Code(EmailCodeIssued issued, string code)
    {
        var until = issued.ExpiresAt.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);
        var (subject, heading) = issued.Purpose switch
        {
            CodePurposes.VerifyEmail => ("Visuels - Email Verification Code", "Verify your email"),
            CodePurposes.ChangeEmail => ("Visuels - Code for Your New Address", "Confirm your new address"),
            CodePurposes.ResetPassword => ("Visuels - Code for a New Password", "Set a new password"),
            _ => ("Visuels - Your Code", "Your code"),
        };
        return new MailContent(subject, heading, issued.Name.Length == 0 ? "Hello," : $"Hello {issued.Name},")
        {
            Paragraphs =
            [
                $"Enter this code where you asked for it, in the same browser. It works once, until {until} UTC. Do not share it with anybody: we will never ask you for it.",
            ],
            Code = code,
            Note = "If you did not ask for this code, ignore this mail; nothing will happen.",
        };
    }

    public static MailContent KnownAddress(KnownAddressSignedUp known, SiteOptions site) =>
        new("Visuels - You Already Have an Account", "You already have an account", $"Hello {known.Name},")
        {
            Paragraphs = ["Somebody, probably you, tried to sign up with this address, or to move another account to it. It already belongs to your account, so you can simply sign in."],
            Link = ("Sign in", Links.SignIn(site)),
            Note = "If it was not you, there is nothing to do: nobody learned that this address is known to us.",
        };

    public static MailContent SecondFactor(SecondFactorChanged changed, SiteOptions site)
    {
        var (subject, heading, what) = changed.Change switch
        {
            SecondFactorChanges.SwitchedOn => (
                "Visuels - Second Factor On",
                "Your second factor is on",
                "From now on we ask for a code of your authenticator app whenever you sign in. Keep your recovery codes where your phone is not: each of them lets you in once without it."),
            SecondFactorChanges.SwitchedOff => (
                "Visuels - Second Factor Off",
                "Your second factor is off",
                "From now on we ask for no code of an authenticator app when you sign in."),
            SecondFactorChanges.Removed => (
                "Visuels - Second Factor Off",
                "Your second factor is off",
                "We have switched it off, as you asked us to. You can switch it on again at any time."),
            SecondFactorChanges.RecoveryCodeUsed => (
                "Visuels - Recovery Code Used",
                "A recovery code was used",
                "Somebody signed in to your account with one of your recovery codes. It is worthless now."),
            _ => (
                "Visuels - New Recovery Codes",
                "You have new recovery codes",
                "New recovery codes were made for your account. The old ones are worthless now."),
        };
        return new MailContent(subject, heading, $"Hello {changed.Name},")
        {
            Paragraphs = [what],
            Facts =
            [
                ("When", changed.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC"),
                .. changed.Change is SecondFactorChanges.RecoveryCodeUsed
                    ? [("Recovery codes left", changed.RecoveryCodesLeft.ToString(CultureInfo.InvariantCulture))]
                    : Array.Empty<(string, string)>(),
            ],
            Link = ("Sign in", Links.SignIn(site)),
            Note = "If this was not you, change your password now and write to us.",
        };
    }

    public static MailContent GoogleLinked(GoogleLinked linked, SiteOptions site) =>
        new("Visuels - Sign-in by Google", "You can sign in by Google", $"Hello {linked.Name},")
        {
            Paragraphs = [$"On {Day(linked.At)} UTC somebody signed in to your account by Google for the first time. From now on you can do so whenever you like; your password stays as it is."],
            Link = ("Sign in", Links.SignIn(site)),
            Note = "If it was not you, somebody else has a Google account of this address: write to us at once.",
        };

    public static MailContent PasswordChanged(PasswordChanged changed, SiteOptions site)
    {
        var at = Day(changed.At);
        return new MailContent("Visuels - Your Password Was Changed", "Your password was changed", $"Hello {changed.Name},")
        {
            Paragraphs =
            [
                changed.ByMail
                    ? $"Your password was set anew on {at} UTC, with a code that we mailed to this address. You are signed out everywhere."
                    : $"Your password was changed on {at} UTC. You are signed out on all other devices.",
            ],
            Link = ("Sign in", Links.SignIn(site)),
            Note = "If it was not you, somebody else knows your password or reads your mail: set a new one at once, and write to us.",
        };
    }

    /// <param name="changed">What happened.</param>
    /// <param name="undo">The token that undoes it; null when this is the undoing itself.</param>
    /// <param name="site">Where pages are.</param>
    public static MailContent EmailChanged(EmailChanged changed, string? undo, SiteOptions site)
    {
        var at = Day(changed.At);
        if (undo is null)
        {
            return new MailContent("Visuels - A Change of Address Was Undone", "A change of address was undone", $"Hello {changed.Name},")
            {
                Paragraphs =
                [
                    $"Your account had this address for a while. On {at} UTC the change was undone from the address that it had before: this one does not belong to it any more, and you are signed out everywhere.",
                ],
                Note = "If you had changed the address yourself, somebody else reads the mail of the one before: write to us.",
            };
        }

        return new MailContent("Visuels - Your Address Was Changed", "Your address was changed", $"Hello {changed.Name},")
        {
            Paragraphs =
            [
                $"On {at} UTC your account got another e-mail address. From now on we write there, and this address does not open it any more. If it was you, there is nothing to do.",
                $"If it was not you, undo the change by {Day(changed.UndoUntil!.Value)} UTC. Your account gets this address back, everybody is signed out, and its password is removed, with a second factor that was switched on since; then set a new password, with a code that we mail you.",
            ],
            Link = ("Undo the change", Links.UndoEmail(site, undo)),
            Note = "Do not pass this mail on: whoever has the link can undo the change. If you cannot sign in after that, write to us.",
        };
    }

    public static MailContent Welcome(UserRegistered user, SiteOptions site) =>
        new("Visuels - Welcome", "Welcome to Visuels", $"Hello {user.Name},")
        {
            Paragraphs = user.Role == Roles.Artist
                ? ["Your address is confirmed and your studio is open. List your first artwork: buyers ask you for a piece, you accept or decline, and you settle the rest in the chat."]
                : ["Your address is confirmed and your account is ready. Find a piece you like and ask its artist for it; we will tell you as soon as there is an answer."],
            Facts = [("User name", user.Username)],
            Link = ("Open Visuels", Links.Home(site)),
        };

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture);
}
