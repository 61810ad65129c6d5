namespace Visuels.ServiceDefaults.Faults;

/// <summary>
/// Guards that can be taken away, to prove that the experiments of tests/Reliability notice. <c>VISUELS_SABOTAGE=name,name</c> names
/// some; off by default, refused in Production.
/// </summary>
public static class Sabotage
{
    /// <summary>An event leaves its outbox before the broker has confirmed it.</summary>
    public const string SettleBeforePublish = "settle-before-publish";

    /// <summary>The broker confirms nothing and drops what no queue takes.</summary>
    public const string ConfirmsOff = "confirms-off";

    /// <summary>A message is acknowledged before its consumer has begun.</summary>
    public const string AckBeforeWrite = "ack-before-write";

    /// <summary>A message that fails is tried for ever and never goes to the error queue.</summary>
    public const string PoisonLimitOff = "poison-limit-off";

    /// <summary>Copies and sales take whatever comes, however old.</summary>
    public const string VersionGuardOff = "version-guard-off";

    /// <summary>No index keeps an edition from being sold twice.</summary>
    public const string EditionIndexOff = "edition-index-off";

    /// <summary>No index keeps a buyer from having two open orders for one artwork.</summary>
    public const string OpenIndexOff = "open-index-off";

    /// <summary>A repeated request is handled again.</summary>
    public const string IdempotencyOff = "idempotency-off";

    /// <summary>An order moves wherever it has moved meanwhile.</summary>
    public const string MoveWithoutVersion = "move-without-version";

    /// <summary>Images that no document shows are left where they are.</summary>
    public const string ImageDiscardOff = "image-discard-off";

    /// <summary>Calls to other services and third parties wait without a bound.</summary>
    public const string HttpTimeoutsOff = "http-timeouts-off";

    /// <summary>SIGTERM ends the process at once.</summary>
    public const string ShutdownAbrupt = "shutdown-abrupt";

    /// <summary>A mail that comes again with its event is another row of the ledger.</summary>
    public const string MailRowKeyOff = "mail-row-key-off";

    /// <summary>A leased mail is due for everybody else all the same.</summary>
    public const string MailLeaseIgnored = "mail-lease-ignored";

    /// <summary>Each attempt at a mail has a Message-ID of its own.</summary>
    public const string MessageIdRandom = "message-id-random";

    /// <summary>A mail is called sent before the SMTP server has said so.</summary>
    public const string SentBeforeSmtp = "sent-before-smtp";

    /// <summary>Mails refused for good are tried again like others.</summary>
    public const string ParkOff = "park-off";

    /// <summary>A schedule runs although another instance holds its lease.</summary>
    public const string ScheduleLeaseIgnored = "schedule-lease-ignored";

    private static readonly string[] Publishers = ["auth", "product", "order"];
    private static readonly string[] Readers = ["product", "order", "chat", "jobs"];

    /// <summary>Every name there is, by the services that heed it.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> All { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        [SettleBeforePublish] = Publishers,
        [ConfirmsOff] = Publishers,
        [AckBeforeWrite] = Readers,
        [PoisonLimitOff] = Readers,
        [VersionGuardOff] = Readers,
        [EditionIndexOff] = ["order"],
        [OpenIndexOff] = ["order"],
        [IdempotencyOff] = ["order"],
        [MoveWithoutVersion] = ["order"],
        [ImageDiscardOff] = ["product", "auth"],
        [HttpTimeoutsOff] = ["product", "order", "chat", "jobs", "gateway"],
        [ShutdownAbrupt] = ["auth", "product", "order", "chat", "jobs", "gateway"],
        [MailRowKeyOff] = ["jobs"],
        [MailLeaseIgnored] = ["jobs"],
        [MessageIdRandom] = ["jobs"],
        [SentBeforeSmtp] = ["jobs"],
        [ParkOff] = ["jobs"],
        [ScheduleLeaseIgnored] = ["auth", "product", "order", "jobs"],
    };

    // After the table: static members are initialised in order.
    private static readonly FaultSwitch Switch = new("VISUELS_SABOTAGE", All);

    /// <summary>Whether this guard is to be left out.</summary>
    /// <param name="guard">One of the names above.</param>
    public static bool Is(string guard) => Switch.Is(guard);

    internal static void Check(bool production) => Switch.Check(production);
}
