using System.Diagnostics;

namespace Visuels.ServiceDefaults.Faults;

/// <summary>
/// Places where a process can be made to end as a power cut would end it, to prove that nothing acknowledged is lost there.
/// <c>VISUELS_CRASH_AT=name</c> names one; off by default, refused in Production.
/// </summary>
public static class CrashPoints
{
    /// <summary>The relay holds the lease of an aggregate and has published nothing yet.</summary>
    public const string RelayLeased = "relay.leased";

    /// <summary>The broker has confirmed one event of an aggregate, maybe not the last.</summary>
    public const string RelayEntryPublished = "relay.entry-published";

    /// <summary>The broker has confirmed an aggregate's events, which are still in its outbox.</summary>
    public const string RelayPublished = "relay.published";

    /// <summary>The published events have left the outbox.</summary>
    public const string RelaySettled = "relay.settled";

    /// <summary>A message has come from the broker and no consumer has seen it.</summary>
    public const string MessageReceived = "message.received";

    /// <summary>A consumer is through with a message that is not acknowledged yet.</summary>
    public const string MessageConsumed = "message.consumed";

    /// <summary>A copy of another service's aggregate is about to be written.</summary>
    public const string CopyDecided = "copy.decided";

    /// <summary>The copy is written.</summary>
    public const string CopyWritten = "copy.written";

    /// <summary>Product knows what a sale makes of an artwork and has not written it.</summary>
    public const string SaleDecided = "sale.decided";

    /// <summary>Product has written a sale.</summary>
    public const string SaleWritten = "sale.written";

    /// <summary>The inbox has noted a message whose work has not begun.</summary>
    public const string InboxNoted = "inbox.noted";

    /// <summary>The work is done, and the inbox does not know it.</summary>
    public const string InboxWorked = "inbox.worked";

    /// <summary>The inbox has marked the work as done.</summary>
    public const string InboxMarked = "inbox.marked";

    /// <summary>A dead message was sent back and is still among the dead: in a command of the operator, not in a service.</summary>
    public const string DeadLetterPublished = "dead-letter.published";

    /// <summary>A request for orders is noted under its Idempotency-Key and nothing is ordered yet.</summary>
    public const string OrderKeyed = "order.keyed";

    /// <summary>New orders are stored; the cart still has their lines, and the buyer no answer.</summary>
    public const string OrderPlaced = "order.placed";

    /// <summary>The lines have left the cart; the buyer has no answer.</summary>
    public const string OrderLeftCart = "order.left-cart";

    /// <summary>The answer is stored under its Idempotency-Key and not sent.</summary>
    public const string OrderAnswerStored = "order.answer-stored";

    /// <summary>A buyer's or an artist's move of an order (viewed, accepted, rejected, cancelled) is stored and not answered.</summary>
    public const string OrderMoved = "order.moved";

    /// <summary>The last edition of an artwork is found sold, with orders still open for it.</summary>
    public const string OrderSoldOut = "order.sold-out";

    /// <summary>Orders for a sold artwork are turned down; the event that caused it is not acknowledged.</summary>
    public const string OrderRestRejected = "order.rest-rejected";

    /// <summary>The rows of an upload's images are written, and no image is stored yet.</summary>
    public const string ImagesAnnounced = "images.announced";

    /// <summary>An upload's images are stored, and no document shows them yet.</summary>
    public const string ImagesStored = "images.stored";

    /// <summary>A document shows the images, whose rows still doubt it.</summary>
    public const string ImagesShown = "images.shown";

    /// <summary>No document shows the images any more, which are still there.</summary>
    public const string ImagesLetGo = "images.let-go";

    /// <summary>Jobs has an event that asks for mails, and has written none of them.</summary>
    public const string MailAsked = "mail.asked";

    /// <summary>The mails of an event stand in the ledger; the event is not acknowledged.</summary>
    public const string MailQueued = "mail.queued";

    /// <summary>A dispatcher has leased a mail.</summary>
    public const string MailLeased = "mail.leased";

    /// <summary>A mail is put together and not yet offered to the SMTP server.</summary>
    public const string MailComposed = "mail.composed";

    /// <summary>The SMTP server has said 250, and the ledger does not know it.</summary>
    public const string MailTaken = "mail.taken";

    /// <summary>The ledger knows that a mail is sent.</summary>
    public const string MailSent = "mail.sent";

    /// <summary>An attempt has failed in a way that may pass, and the ledger does not know it.</summary>
    public const string MailFailed = "mail.failed";

    /// <summary>The mail waits for its next attempt.</summary>
    public const string MailRequeued = "mail.requeued";

    /// <summary>A mail cannot be sent, for good, and the ledger does not know it.</summary>
    public const string MailRefused = "mail.refused";

    /// <summary>The mail is parked.</summary>
    public const string MailParked = "mail.parked";

    /// <summary>A schedule's lease is taken, and nothing is done yet.</summary>
    public const string ScheduleLeased = "schedule.leased";

    /// <summary>A schedule's work is done, and nobody knows.</summary>
    public const string ScheduleDone = "schedule.done";

    private static readonly string[] Publishers = ["auth", "product", "order"];
    private static readonly string[] Readers = ["product", "order", "chat", "jobs"];
    private static readonly string[] Uploaders = ["product", "auth"];

    /// <summary>Every name there is, by the services that reach it; some wait for a service that needs their mechanism.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> All { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        [RelayLeased] = Publishers,
        [RelayEntryPublished] = Publishers,
        [RelayPublished] = Publishers,
        [RelaySettled] = Publishers,
        [MessageReceived] = Readers,
        [MessageConsumed] = Readers,
        [CopyDecided] = Readers,
        [CopyWritten] = Readers,
        [SaleDecided] = ["product"],
        [SaleWritten] = ["product"],
        [InboxNoted] = [],
        [InboxWorked] = [],
        [InboxMarked] = [],
        [DeadLetterPublished] = [],
        [OrderKeyed] = ["order"],
        [OrderPlaced] = ["order"],
        [OrderLeftCart] = ["order"],
        [OrderAnswerStored] = ["order"],
        [OrderMoved] = ["order"],
        [OrderSoldOut] = ["order"],
        [OrderRestRejected] = ["order"],
        [ImagesAnnounced] = Uploaders,
        [ImagesStored] = Uploaders,
        [ImagesShown] = Uploaders,
        [ImagesLetGo] = Uploaders,
        [MailAsked] = ["jobs"],
        [MailQueued] = ["jobs"],
        [MailLeased] = ["jobs"],
        [MailComposed] = ["jobs"],
        [MailTaken] = ["jobs"],
        [MailSent] = ["jobs"],
        [MailFailed] = ["jobs"],
        [MailRequeued] = ["jobs"],
        [MailRefused] = ["jobs"],
        [MailParked] = ["jobs"],
        [ScheduleLeased] = ["auth", "product", "order", "jobs"],
        [ScheduleDone] = ["auth", "product", "order", "jobs"],
    };

    // After the table: static members are initialised in order.
    private static readonly FaultSwitch Switch = new("VISUELS_CRASH_AT", All);

    /// <summary>Ends the process at once, without a word to anybody, if this is the point that was asked for.</summary>
    /// <param name="point">One of the names above.</param>
    public static void Reached(string point)
    {
        if (!Switch.Is(point))
        {
            return;
        }

        Process.GetCurrentProcess().Kill();
        // The signal ends this thread too, but not before it would have gone on.
        Thread.Sleep(Timeout.Infinite);
    }

    internal static void Check(bool production) => Switch.Check(production);
}
