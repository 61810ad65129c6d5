using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Sending;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Jobs.Templates;

/// <summary>Opens a mail's sealed model and turns it into words, at the moment of sending and not before.</summary>
internal sealed class MailComposer(MailQueue queue, UserCards cards, KeyFolder keys, IOptions<SiteOptions> site)
{
    private readonly KeyRing _ring = keys.Ring("sealing.key");

    /// <exception cref="MailFailedException">The model or the reader cannot be found.</exception>
    /// <exception cref="ServiceDefaults.Errors.DependencyUnavailableException">A name or an address is missing here and Auth cannot be asked.</exception>
    public async Task<(MailRecipient Recipient, MailContent Content)> ComposeAsync(Mail mail, CancellationToken ct)
    {
        switch (mail.Template)
        {
            case MailTemplates.Code or MailTemplates.AddressCode:
                var issued = Open<EmailCodeIssued>(mail);
                var code = issued.OpenCode(_ring) ?? throw Unreadable();
                return (new MailRecipient(issued.Name, issued.Email), AccountMails.Code(issued, code));

            case MailTemplates.KnownAddress:
                var known = Open<KnownAddressSignedUp>(mail);
                return (new MailRecipient(known.Name, known.Email), AccountMails.KnownAddress(known, site.Value));

            case MailTemplates.SecondFactor:
                var factor = Open<SecondFactorChanged>(mail);
                return (new MailRecipient(factor.Name, factor.Email), AccountMails.SecondFactor(factor, site.Value));

            case MailTemplates.GoogleLinked:
                var linked = Open<GoogleLinked>(mail);
                return (new MailRecipient(linked.Name, linked.Email), AccountMails.GoogleLinked(linked, site.Value));

            case MailTemplates.PasswordChanged:
                var password = Open<PasswordChanged>(mail);
                return (new MailRecipient(password.Name, password.Email), AccountMails.PasswordChanged(password, site.Value));

            case MailTemplates.EmailChanged:
                var moved = Open<EmailChanged>(mail);
                var undo = moved.SealedUndo is null ? null : moved.OpenUndo(_ring) ?? throw Unreadable();
                return (new MailRecipient(moved.Name, moved.Email), AccountMails.EmailChanged(moved, undo, site.Value));

            case MailTemplates.Welcome:
                var user = Open<UserRegistered>(mail);
                return (new MailRecipient(user.Name, user.Email), AccountMails.Welcome(user, site.Value));

            case MailTemplates.NewOrder:
                var placed = Open<OrderPlaced>(mail);
                return await ForOrderAsync(placed.ArtistId, placed.BuyerId, (artist, buyer) => OrderMails.NewOrder(placed, artist, buyer, site.Value), ct);

            case MailTemplates.OrderPlaced:
                var confirmed = Open<OrderPlaced>(mail);
                return await ForOrderAsync(confirmed.BuyerId, confirmed.ArtistId, (buyer, artist) => OrderMails.Placed(confirmed, buyer, artist, site.Value), ct);

            case MailTemplates.OrderStatus:
                var changed = Open<OrderStatusChanged>(mail);
                var other = changed.BuyerId == mail.UserId.ToString() ? changed.ArtistId : changed.BuyerId;
                return await ForOrderAsync(mail.UserId.ToString(), other, (to, from) => OrderMails.StatusChanged(changed, to, from, site.Value), ct);

            case MailTemplates.OrderReminder:
                var unanswered = Open<OrderLeftUnanswered>(mail);
                return await ForOrderAsync(unanswered.ArtistId, unanswered.BuyerId, (artist, buyer) => OrderMails.Reminder(unanswered, artist, buyer, site.Value), ct);

            default:
                throw new MailFailedException("unknown template", isPermanent: true);
        }
    }

    private async Task<(MailRecipient, MailContent)> ForOrderAsync(
        string reader, string other, Func<UserCard, UserCard, MailContent> compose, CancellationToken ct)
    {
        var (readerId, otherId) = (ObjectId.Parse(reader), ObjectId.Parse(other));
        var known = await cards.GetAsync([readerId, otherId], ct);
        return known.TryGetValue(readerId, out var to) && known.TryGetValue(otherId, out var from)
            ? (new MailRecipient(to.Name, to.Email), compose(to, from))
            : throw new MailFailedException("unknown account", isPermanent: true);
    }

    private TEvent Open<TEvent>(Mail mail) => queue.Open<TEvent>(mail) ?? throw Unreadable();

    private static MailFailedException Unreadable() => new("seal cannot be opened", isPermanent: true);
}
