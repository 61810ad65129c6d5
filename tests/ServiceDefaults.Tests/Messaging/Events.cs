using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.Contracts.Products;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>One of each event that there is.</summary>
internal static class Events
{
    public static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static UserRegistered Registered(long version = 1) => new("u1", version, "ada@example.org", "ada", "Ada", "USER", At);

    public static UserUpdated Updated(long version, string user = "u1") => new(user, version, "ada@example.org", "ada", "Ada", "USER", At);

    public static IReadOnlyList<object> All { get; } =
    [
        new EmailCodeIssued("c1", 1, "u1", "ada@example.org", "Ada", CodePurposes.VerifyEmail, "sealed", At),
        new KnownAddressSignedUp("u1", 2, "ada@example.org", "Ada", At),
        new SecondFactorChanged("u1", 2, "ada@example.org", "Ada", SecondFactorChanges.SwitchedOn, 10, At),
        new GoogleLinked("u1", 2, "ada@example.org", "Ada", At),
        new EmailChanged("u1", 2, "ada@example.org", "Ada", "sealed", At, At),
        new PasswordChanged("u1", 2, "ada@example.org", "Ada", true, At),
        Registered(),
        Updated(2),
        new UserDeleted("u1", 3, At),
        new SessionsRevoked("u1", 2, 1, 1, null, "USER", At),
        new SessionEnded("s1", "u1", At),
        new ProductListed("p1", 1, "a1", "Dawn", 1000, "USD", "http://localhost/images/1", 1, At),
        new ProductUpdated("p1", 2, "a1", "Dawn", 1000, "USD", "http://localhost/images/1", 1, At),
        new ProductWithdrawn("p1", 3, "a1", "Dawn", 1000, "USD", "http://localhost/images/1", 1, At),
        new OrderPlaced("o1", 1, "u1", "a1", "p1", "Dawn", "http://localhost/images/1", 1, 1000, 1000, "USD", At),
        new OrderStatusChanged("o1", 2, "ACCEPTED", "REQUESTED", OrderActors.Artist, null, "u1", "a1", "p1", "Dawn", "http://localhost/images/1", 1, 1000, "USD", [1], At),
        new OrderLeftUnanswered("o1", 2, 1, "u1", "a1", "p1", "Dawn", "http://localhost/images/1", 1, 1000, "USD", At, At.AddDays(14), At.AddDays(3)),
    ];
}
