using MongoDB.Bson;
using Visuels.Contracts.Orders;
using Visuels.Jobs.Templates;
using Visuels.Orders;

namespace Visuels.Reliability.Rig;

/// <summary>Compares the mails that were accepted with those that orders ask for: of each exactly one Message-ID.</summary>
internal sealed class MailCheck
{
    public MailCheck(IReadOnlyCollection<Order> orders, IReadOnlyCollection<ObjectId> artists, SmtpInbox smtp)
    {
        var expected = orders.SelectMany(Expected).CountBy(mail => mail).ToDictionary();
        var readers = orders.Select(order => order.UserId).Concat(artists).Select(id => id.ToString()).ToHashSet();
        var accepted = smtp.Mails.Where(mail => readers.Contains(mail.UserId)).ToList();
        var distinct = accepted.DistinctBy(mail => mail.Id).ToList();
        var found = distinct.CountBy(mail => (mail.UserId, mail.Template)).ToDictionary();
        Distinct = distinct.Count;
        Repeats = accepted.Count - Distinct;
        Problems =
        [
            .. from mail in expected.Keys.Union(found.Keys)
               let asked = expected.GetValueOrDefault(mail)
               let sent = found.GetValueOrDefault(mail)
               where asked != sent
               select $"{mail.UserId} got {sent} of {asked} mails {mail.Template}",
        ];
    }

    public IReadOnlyList<string> Problems { get; }

    /// <summary>Mails, each Message-ID once.</summary>
    public int Distinct { get; }

    /// <summary>Mails that were accepted again under the same Message-ID.</summary>
    public int Repeats { get; }

    private static IEnumerable<(string UserId, string Template)> Expected(Order order)
    {
        yield return ($"{order.Item.ArtistId}", MailTemplates.NewOrder);
        yield return ($"{order.UserId}", MailTemplates.OrderPlaced);
        foreach (var move in order.History.Skip(1))
        {
            yield return ($"{(move.By == OrderActors.Buyer ? order.Item.ArtistId : order.UserId)}", MailTemplates.OrderStatus);
        }
    }
}
