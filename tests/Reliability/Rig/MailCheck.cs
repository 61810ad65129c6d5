using System.Collections.Concurrent;
using MongoDB.Bson;
using Visuels.Contracts.Orders;
using Visuels.Jobs.Templates;
using Visuels.Orders;
using Visuels.Testing;

namespace Visuels.Reliability.Rig;

/// <summary>Compares the mails that were accepted with those that orders ask for: of each exactly one Message-ID.</summary>
internal sealed class MailCheck
{
    public MailCheck(IReadOnlyCollection<Order> orders, IReadOnlyCollection<ObjectId> artists, FakeSmtpServer smtp)
    {
        var expected = orders.SelectMany(Expected).CountBy(mail => mail).ToDictionary();
        var readers = orders.Select(order => order.UserId).Concat(artists).Select(id => id.ToString()).ToHashSet();
        var accepted = Of(smtp.Accepted, readers).Distinct().ToList();
        var found = accepted.CountBy(mail => (mail.UserId, mail.Template)).ToDictionary();
        var received = Of(smtp.Received, readers).ToList();
        Distinct = accepted.Count;
        Repeats = received.Count - received.Distinct().Count();
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

    /// <summary>Mails that came in again under the same Message-ID.</summary>
    public int Repeats { get; }

    // A Message-ID begins with event, reader and template, as the ledger's rows do.
    private static IEnumerable<(string Event, string UserId, string Template)> Of(ConcurrentQueue<SmtpDelivery> mails, HashSet<string> readers) =>
        from mail in mails
        let parts = mail.MessageId.Split('@')[0].Split('.')
        where parts.Length == 3 && readers.Contains(parts[1])
        select (parts[0], parts[1], parts[2]);

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
