using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;
using Visuels.Testing;

namespace Visuels.Jobs.Tests;

/// <summary>Events as Auth and Order publish them.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A code with a sign that stands in no id, hash or seal: six digits alone do so by chance.</summary>
    public const string TellTaleCode = "907~134";

    public static string NewAddress() => $"reader-{ObjectId.GenerateNewId()}@example.com";

    public static EmailCodeIssued Code(
        ServiceUnderTest app, string email, string code, DateTimeOffset? expiresAt = null, string name = "Ann", string purpose = CodePurposes.VerifyEmail) =>
        new EmailCodeIssued(JobsReading.NewId(), 1, JobsReading.NewId(), email, name, purpose, "", expiresAt ?? DateTimeOffset.UtcNow.AddMinutes(5))
            .WithCode(code, app.Services.GetRequiredService<KeyFolder>().Ring("sealing.key"));

    public static EmailChanged Moved(ServiceUnderTest app, string email, string token, string name = "Ann")
    {
        var (id, now) = (JobsReading.NewId(), DateTimeOffset.UtcNow);
        return new EmailChanged(id, 3, email, name, null, now.AddDays(7), now)
            .WithUndo(token, app.Services.GetRequiredService<KeyFolder>().Ring(KeyFolder.SealingRing));
    }

    public static KnownAddressSignedUp KnownAddress(string email, string name = "Ann") =>
        new(JobsReading.NewId(), 3, email, name, DateTimeOffset.UtcNow);

    public static SecondFactorChanged SecondFactor(string email, string change, int codesLeft = 10, string name = "Ann") =>
        new(JobsReading.NewId(), 3, email, name, change, codesLeft, DateTimeOffset.UtcNow);

    public static UserRegistered Registered(string email, string name = "Ann", string role = Roles.User, string? id = null) =>
        new(id ?? JobsReading.NewId(), 2, email, "ann-w", name, role, DateTimeOffset.UtcNow);

    public static OrderPlaced Placed(UserCardItem buyer, UserCardItem artist, string title = "Blue Hour") => new(
        JobsReading.NewId(), 1, buyer.Id.ToString(), artist.Id.ToString(), JobsReading.NewId(), title,
        "http://localhost:4000/images/blue-hour.webp", 2, 125_050, 250_100, "USD", DateTimeOffset.UtcNow);

    public static OrderStatusChanged Changed(
        UserCardItem buyer, UserCardItem artist, string status, string by, string? reason = null, string title = "Blue Hour", params int[] editions) => new(
        JobsReading.NewId(), 2, status, "REQUESTED", by, reason, buyer.Id.ToString(), artist.Id.ToString(), JobsReading.NewId(), title,
        "http://localhost:4000/images/blue-hour.webp", 2, 250_100, "USD", editions, DateTimeOffset.UtcNow);

    public static OrderLeftUnanswered LeftUnanswered(UserCardItem buyer, UserCardItem artist, int reminder)
    {
        var placed = new DateTimeOffset(2099, 3, 1, 12, 0, 0, TimeSpan.Zero);
        return new OrderLeftUnanswered(
            JobsReading.NewId(), 1, reminder, buyer.Id.ToString(), artist.Id.ToString(), JobsReading.NewId(), "Blue Hour",
            "http://localhost:4000/images/blue-hour.webp", 2, 250_100, "USD", placed, placed.AddDays(14), placed.AddDays(3));
    }
}
