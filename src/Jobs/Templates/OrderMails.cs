using System.Globalization;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Money;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Jobs.Templates;

/// <summary>Mails about an order. Each side sees the other's name, never the address: they have the chat.</summary>
internal static class OrderMails
{
    private const string ReasonSold = "sold";
    private const string ReasonExpired = "expired";
    private const string ReasonAccountDeleted = "account_deleted";

    public static MailContent NewOrder(OrderPlaced order, UserCard artist, UserCard buyer, SiteOptions site) =>
        new("Visuels - New Order", "You have a new order", $"Hello {artist.Name},")
        {
            Paragraphs = [$"{buyer.Name} would like to buy \"{order.Title}\" from you. Have a look, then accept or reject the order."],
            ImageUrl = order.ImageUrl,
            Facts = Facts(order, ("Buyer", NameOf(buyer))),
            Link = ("View your orders", Links.ArtistsOrders(site)),
        };

    public static MailContent Placed(OrderPlaced order, UserCard buyer, UserCard artist, SiteOptions site) =>
        new("Visuels - Order Placed", "Your order is placed", $"Hello {buyer.Name},")
        {
            Paragraphs = [$"We have told {artist.Name} that you would like to buy \"{order.Title}\". You will hear from us when there is an answer; nothing is owed until then."],
            ImageUrl = order.ImageUrl,
            Facts = Facts(order, ("Artist", NameOf(artist))),
            Link = ("View your orders", Links.BuyersOrders(site)),
        };

    /// <summary>Whether the artist is told of a change, and not the buyer.</summary>
    public static bool IsToArtist(OrderStatusChanged order) => order is { By: OrderActors.Buyer } or { By: OrderActors.System, Status: "CANCELLED" };

    public static MailContent StatusChanged(OrderStatusChanged order, UserCard reader, UserCard other, SiteOptions site)
    {
        var isToArtist = IsToArtist(order);
        var (word, sentence) = Words(order, other.Name);
        List<(string, string)> facts =
        [
            ("Order", order.OrderId),
            ("Artwork", order.Title),
            ("Quantity", order.Quantity.ToString(CultureInfo.InvariantCulture)),
            ("Total", Price(order.TotalMinor, order.Currency)),
            (isToArtist ? "Buyer" : "Artist", NameOf(other)),
        ];
        if (order.Editions.Count > 0)
        {
            facts.Add(("Editions", string.Join(", ", order.Editions.Select(number => number.ToString(CultureInfo.InvariantCulture)))));
        }

        if (order is { Reason: { Length: > 0 } reason, By: not OrderActors.System })
        {
            facts.Add(("Reason", reason));
        }

        return new MailContent($"Visuels - Order {word}", $"Order {word.ToLowerInvariant()}", $"Hello {reader.Name},")
        {
            Paragraphs = [sentence],
            ImageUrl = order.ImageUrl,
            Facts = facts,
            Link = ("View your orders", isToArtist ? Links.ArtistsOrders(site) : Links.BuyersOrders(site)),
        };
    }

    public static MailContent Reminder(OrderLeftUnanswered order, UserCard artist, UserCard buyer, SiteOptions site) =>
        new("Visuels - Order Waiting", "An order waits for your answer", $"Hello {artist.Name},")
        {
            Paragraphs =
            [
                $"{buyer.Name} asked you for \"{order.Title}\" on {Day(order.PlacedAt)} and is still waiting. Please accept or reject the order.",
                $"Without an answer the order ends by itself on {Day(order.ExpiresAt)}.",
            ],
            ImageUrl = order.ImageUrl,
            Facts =
            [
                ("Order", order.OrderId),
                ("Artwork", order.Title),
                ("Quantity", order.Quantity.ToString(CultureInfo.InvariantCulture)),
                ("Total", Price(order.TotalMinor, order.Currency)),
                ("Buyer", NameOf(buyer)),
            ],
            Link = ("View your orders", Links.ArtistsOrders(site)),
            Note = order.Reminder > 1 ? "This is the last reminder of this order." : null,
        };

    private static (string Word, string Sentence) Words(OrderStatusChanged order, string other) => order.Status switch
    {
        "VIEWED" => ("Viewed", $"{other} has seen your order for \"{order.Title}\" and will answer soon."),
        "ACCEPTED" => ("Accepted", $"Good news: {other} accepted your order for \"{order.Title}\". Settle payment and delivery with each other in the chat."),
        "REJECTED" when order is { By: OrderActors.System, Reason: ReasonSold } =>
            ("Rejected", $"\"{order.Title}\" by {other} was sold to another buyer, so your order could not be fulfilled. We are sorry."),
        "REJECTED" when order is { By: OrderActors.System, Reason: ReasonExpired } =>
            ("Expired", $"{other} has not answered your order for \"{order.Title}\" in time, so it has ended. You may order the artwork again, or ask in the chat."),
        "REJECTED" when order is { By: OrderActors.System, Reason: ReasonAccountDeleted } =>
            ("Ended", $"The artist of \"{order.Title}\" has left Visuels, so your order has ended. We are sorry."),
        "REJECTED" => ("Rejected", $"{other} could not accept your order for \"{order.Title}\"."),
        "CANCELLED" when order is { By: OrderActors.System } =>
            ("Cancelled", $"The buyer of \"{order.Title}\" has left Visuels, so the order is cancelled. The artwork is free for others."),
        "CANCELLED" => ("Cancelled", $"{other} cancelled the order for \"{order.Title}\"."),
        _ => ("Updated", $"The order for \"{order.Title}\" has changed."),
    };

    private static List<(string, string)> Facts(OrderPlaced order, (string, string) otherSide) =>
    [
        ("Order", order.OrderId),
        ("Artwork", order.Title),
        ("Quantity", order.Quantity.ToString(CultureInfo.InvariantCulture)),
        ("Price", Price(order.UnitPriceMinor, order.Currency)),
        ("Total", Price(order.TotalMinor, order.Currency)),
        otherSide,
    ];

    private static string Price(long minor, string currency) =>
        $"{currency} {Currencies.ToMajor(minor, currency).ToString("N" + Currencies.DecimalsOf(currency), CultureInfo.InvariantCulture)}";

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    private static string NameOf(UserCard user) => user.IsDeleted ? user.Name : $"{user.Name} (@{user.Username})";
}
