using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Jobs.Templates;

/// <summary>A template with data made up.</summary>
/// <param name="Template">One of <see cref="MailTemplates"/>.</param>
/// <param name="Name">Tells the samples of one template apart.</param>
/// <param name="Compose">Makes the mail.</param>
internal sealed record TemplateSample(string Template, string Name, Func<SiteOptions, MailContent> Compose);

/// <summary>Every template, in each of its wordings.</summary>
internal static class TemplateSamples
{
    private const string AnnId = "65f0a1b2c3d4e5f607182930";
    private const string LeoId = "65f0a1b2c3d4e5f607182931";
    private const string OrderId = "65f0a1b2c3d4e5f607182932";
    private const string ProductId = "65f0a1b2c3d4e5f607182933";
    private const string Title = "Blue Hour, \"Harbour\" & Sky";
    private const string Picture = "http://localhost:4000/images/blue-hour.webp";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly UserCard Buyer = Card(AnnId, "ann", "Ann Weber", Roles.User);
    private static readonly UserCard Artist = Card(LeoId, "leo", "Léo Martin", Roles.Artist);

    private static readonly OrderPlaced Order = new(OrderId, 1, AnnId, LeoId, ProductId, Title, Picture, 2, 125_050, 250_100, "USD", Now);

    public static IReadOnlyList<TemplateSample> All { get; } =
    [
        new(MailTemplates.Code, "verify", _ => AccountMails.Code(CodeFor(CodePurposes.VerifyEmail), "123456")),
        new(MailTemplates.Code, "reset", _ => AccountMails.Code(CodeFor(CodePurposes.ResetPassword), "123456")),
        new(MailTemplates.AddressCode, "default", _ => AccountMails.Code(CodeFor(CodePurposes.ChangeEmail), "123456")),
        new(MailTemplates.Code, "other", _ => AccountMails.Code(CodeFor("any other purpose"), "123456")),
        new(MailTemplates.KnownAddress, "default", site => AccountMails.KnownAddress(new KnownAddressSignedUp(AnnId, 3, Buyer.Email, Buyer.Name, Now), site)),
        new(MailTemplates.SecondFactor, "on", site => AccountMails.SecondFactor(FactorChanged(SecondFactorChanges.SwitchedOn), site)),
        new(MailTemplates.SecondFactor, "off", site => AccountMails.SecondFactor(FactorChanged(SecondFactorChanges.SwitchedOff), site)),
        new(MailTemplates.SecondFactor, "removed", site => AccountMails.SecondFactor(FactorChanged(SecondFactorChanges.Removed), site)),
        new(MailTemplates.SecondFactor, "code-used", site => AccountMails.SecondFactor(FactorChanged(SecondFactorChanges.RecoveryCodeUsed), site)),
        new(MailTemplates.SecondFactor, "new-codes", site => AccountMails.SecondFactor(FactorChanged(SecondFactorChanges.RecoveryCodesRenewed), site)),
        new(MailTemplates.GoogleLinked, "default", site => AccountMails.GoogleLinked(new GoogleLinked(AnnId, 3, Buyer.Email, Buyer.Name, Now), site)),
        new(MailTemplates.PasswordChanged, "changed", site => AccountMails.PasswordChanged(new PasswordChanged(AnnId, 3, Buyer.Email, Buyer.Name, false, Now), site)),
        new(MailTemplates.PasswordChanged, "reset", site => AccountMails.PasswordChanged(new PasswordChanged(AnnId, 3, Buyer.Email, Buyer.Name, true, Now), site)),
        new(MailTemplates.EmailChanged, "changed", site => AccountMails.EmailChanged(Moved(), $"{AnnId}.{new string('5', 32)}", site)),
        new(MailTemplates.EmailChanged, "undone", site => AccountMails.EmailChanged(Moved() with { SealedUndo = null, UndoUntil = null }, null, site)),
        new(MailTemplates.Welcome, "buyer", site => AccountMails.Welcome(Registered(Buyer), site)),
        new(MailTemplates.Welcome, "artist", site => AccountMails.Welcome(Registered(Artist), site)),
        new(MailTemplates.NewOrder, "default", site => OrderMails.NewOrder(Order, Artist, Buyer, site)),
        new(MailTemplates.OrderPlaced, "default", site => OrderMails.Placed(Order, Buyer, Artist, site)),
        new(MailTemplates.OrderStatus, "viewed", site => ToBuyer("VIEWED", OrderActors.Artist, null, site)),
        new(MailTemplates.OrderStatus, "accepted", site => ToBuyer("ACCEPTED", OrderActors.Artist, "With pleasure.", site)),
        new(MailTemplates.OrderStatus, "rejected", site => ToBuyer("REJECTED", OrderActors.Artist, "It is on show until May.", site)),
        new(MailTemplates.OrderStatus, "sold", site => ToBuyer("REJECTED", OrderActors.System, "sold", site)),
        new(MailTemplates.OrderStatus, "expired", site => ToBuyer("REJECTED", OrderActors.System, "expired", site)),
        new(MailTemplates.OrderStatus, "cancelled", site => ToBuyer("CANCELLED", OrderActors.Artist, null, site)),
        new(MailTemplates.OrderStatus, "cancelled-by-buyer", site =>
            OrderMails.StatusChanged(Changed("CANCELLED", OrderActors.Buyer, "I moved."), Artist, Buyer, site)),
        new(MailTemplates.OrderStatus, "artist-left", site => ToBuyer("REJECTED", OrderActors.System, "account_deleted", site)),
        new(MailTemplates.OrderStatus, "buyer-left", site =>
            OrderMails.StatusChanged(Changed("CANCELLED", OrderActors.System, "account_deleted"), Artist, Buyer, site)),
        new(MailTemplates.OrderReminder, "first", site => OrderMails.Reminder(Unanswered(1), Artist, Buyer, site)),
        new(MailTemplates.OrderReminder, "last", site => OrderMails.Reminder(Unanswered(2), Artist, Buyer, site)),
    ];

    private static OrderLeftUnanswered Unanswered(int reminder) => new(
        OrderId, 1, reminder, AnnId, LeoId, ProductId, Title, Picture, 2, 250_100, "USD", Now, Now.AddDays(14), Now.AddDays(3));

    private static EmailCodeIssued CodeFor(string purpose) =>
        new(OrderId, 1, AnnId, Buyer.Email, Buyer.Name, purpose, "", Now.AddMinutes(5));

    private static SecondFactorChanged FactorChanged(string change) => new(AnnId, 3, Buyer.Email, Buyer.Name, change, 9, Now);

    private static EmailChanged Moved() => new(AnnId, 3, Buyer.Email, Buyer.Name, "", Now.AddDays(7), Now);

    private static UserRegistered Registered(UserCard user) =>
        new(user.Id.ToString(), 2, user.Email, user.Username, user.Name, user.Role, Now);

    private static MailContent ToBuyer(string status, string by, string? reason, SiteOptions site) =>
        OrderMails.StatusChanged(Changed(status, by, reason), Buyer, Artist, site);

    private static OrderStatusChanged Changed(string status, string by, string? reason) => new(
        OrderId, 2, status, "REQUESTED", by, reason, AnnId, LeoId, ProductId, Title, Picture, 2, 250_100, "USD", status == "ACCEPTED" ? [3, 4] : [], Now);

    private static UserCard Card(string id, string username, string name, string role) => new()
    {
        Id = MongoDB.Bson.ObjectId.Parse(id),
        Version = 1,
        Username = username,
        Name = name,
        Email = $"{username}@example.com",
        Role = role,
    };
}
