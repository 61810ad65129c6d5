using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.Contracts.Products;

namespace Visuels.Contracts;

/// <summary>
/// Which queues read which event. A publisher declares all of them before it publishes for the first time, because a broker
/// confirms and then drops an event that no queue is bound to. Queues are named <c>service-event</c>.
/// </summary>
public static class EventRoutes
{
    /// <summary>
    /// The queues of every event, by the event's type. None where every instance of every service reads by a temporary queue of its own and
    /// asks for what it missed: nothing is lost when no queue takes such an event.
    /// </summary>
    public static IReadOnlyDictionary<Type, IReadOnlyList<string>> Queues { get; } = new Dictionary<Type, IReadOnlyList<string>>
    {
        [typeof(EmailCodeIssued)] = ["jobs-email-code-issued"],
        [typeof(KnownAddressSignedUp)] = ["jobs-known-address-signed-up"],
        [typeof(SecondFactorChanged)] = ["jobs-second-factor-changed"],
        [typeof(GoogleLinked)] = ["jobs-google-linked"],
        [typeof(EmailChanged)] = ["jobs-email-changed"],
        [typeof(PasswordChanged)] = ["jobs-password-changed"],
        [typeof(UserRegistered)] = ["product-user-registered", "order-user-registered", "chat-user-registered", "jobs-user-registered"],
        [typeof(UserUpdated)] = ["product-user-updated", "order-user-updated", "chat-user-updated", "jobs-user-updated"],
        [typeof(UserDeleted)] = ["product-user-deleted", "order-user-deleted", "chat-user-deleted", "jobs-user-deleted"],
        [typeof(SessionsRevoked)] = [],
        [typeof(SessionEnded)] = [],
        [typeof(ProductListed)] = ["order-product-listed"],
        [typeof(ProductUpdated)] = ["order-product-updated"],
        [typeof(ProductWithdrawn)] = ["order-product-withdrawn"],
        [typeof(OrderPlaced)] = ["order-order-placed", "jobs-order-placed", "chat-order-placed"],
        [typeof(OrderStatusChanged)] = ["order-order-status-changed", "product-order-status-changed", "jobs-order-status-changed", "chat-order-status-changed"],
        [typeof(OrderLeftUnanswered)] = ["jobs-order-left-unanswered"],
    };

    /// <summary>The one service that publishes an event, by the event's type; no other may, and the broker sees to it.</summary>
    public static IReadOnlyDictionary<Type, string> Publishers { get; } = Queues.Keys.ToDictionary(type => type, PublisherOf);

    /// <summary>The type of an event by its simple name, as outboxes store it.</summary>
    public static IReadOnlyDictionary<string, Type> Types { get; } = Queues.Keys.ToDictionary(type => type.Name);

    private static string PublisherOf(Type type) => type.Namespace switch
    {
        "Visuels.Contracts.Accounts" => "auth",
        "Visuels.Contracts.Products" => "product",
        "Visuels.Contracts.Orders" => "order",
        _ => throw new InvalidOperationException($"{type} belongs to no service."),
    };
}
