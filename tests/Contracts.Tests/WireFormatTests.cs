using System.Text.Json;
using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.Contracts.Products;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Contracts.Tests;

/// <summary>The JSON of every event, to the letter: queues and outboxes may still hold what an older version wrote.</summary>
public class WireFormatTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 9, 30, 0, TimeSpan.Zero);

    private static readonly (object Event, string Json)[] Golden =
    [
        (new EmailCodeIssued("c1", 1, "u1", "ann@example.com", "Ann", CodePurposes.VerifyEmail, "v1.k1.n.s", At),
            """{"codeId":"c1","version":1,"userId":"u1","email":"ann@example.com","name":"Ann","purpose":"VERIFY_EMAIL","sealedCode":"v1.k1.n.s","expiresAt":"2026-11-22T09:30:00+00:00"}"""),
        (new KnownAddressSignedUp("u1", 3, "ann@example.com", "Ann", At),
            """{"userId":"u1","version":3,"email":"ann@example.com","name":"Ann","at":"2026-11-22T09:30:00+00:00"}"""),
        (new SecondFactorChanged("u1", 3, "ann@example.com", "Ann", SecondFactorChanges.RecoveryCodeUsed, 9, At),
            """{"userId":"u1","version":3,"email":"ann@example.com","name":"Ann","change":"RECOVERY_CODE_USED","recoveryCodesLeft":9,"at":"2026-11-22T09:30:00+00:00"}"""),
        (new GoogleLinked("u1", 3, "ann@example.com", "Ann", At),
            """{"userId":"u1","version":3,"email":"ann@example.com","name":"Ann","at":"2026-11-22T09:30:00+00:00"}"""),
        (new EmailChanged("u1", 3, "ann@example.com", "Ann", "v1.k1.abc.def", At, At),
            """{"userId":"u1","version":3,"email":"ann@example.com","name":"Ann","sealedUndo":"v1.k1.abc.def","undoUntil":"2026-11-22T09:30:00+00:00","at":"2026-11-22T09:30:00+00:00"}"""),
        (new PasswordChanged("u1", 3, "ann@example.com", "Ann", true, At),
            """{"userId":"u1","version":3,"email":"ann@example.com","name":"Ann","byMail":true,"at":"2026-11-22T09:30:00+00:00"}"""),
        (new UserRegistered("u1", 2, "ann@example.com", "ann", "Ann", "ARTIST", At),
            """{"userId":"u1","version":2,"email":"ann@example.com","username":"ann","name":"Ann","role":"ARTIST","at":"2026-11-22T09:30:00+00:00"}"""),
        (new UserUpdated("u1", 4, "ann@example.com", "ann", "Ann B.", "ARTIST", At),
            """{"userId":"u1","version":4,"email":"ann@example.com","username":"ann","name":"Ann B.","role":"ARTIST","at":"2026-11-22T09:30:00+00:00"}"""),
        (new UserDeleted("u1", 5, At),
            """{"userId":"u1","version":5,"at":"2026-11-22T09:30:00+00:00"}"""),
        (new SessionsRevoked("u1", 5, 2, 1, "s1", "ARTIST", At),
            """{"userId":"u1","version":5,"generation":2,"endedBelow":1,"keptSession":"s1","role":"ARTIST","at":"2026-11-22T09:30:00+00:00"}"""),
        (new SessionEnded("s1", "u1", At),
            """{"sessionId":"s1","userId":"u1","at":"2026-11-22T09:30:00+00:00"}"""),
        (new ProductListed("p1", 1, "u1", "Dusk", 12050, "USD", "http://localhost:4000/images/products/a.webp", 1, At),
            """{"productId":"p1","version":1,"artistId":"u1","title":"Dusk","priceMinor":12050,"currency":"USD","imageUrl":"http://localhost:4000/images/products/a.webp","editions":1,"at":"2026-11-22T09:30:00+00:00"}"""),
        (new ProductUpdated("p1", 2, "u1", "Dusk II", 13000, "EUR", "http://localhost:4000/images/products/b.webp", 5, At),
            """{"productId":"p1","version":2,"artistId":"u1","title":"Dusk II","priceMinor":13000,"currency":"EUR","imageUrl":"http://localhost:4000/images/products/b.webp","editions":5,"at":"2026-11-22T09:30:00+00:00"}"""),
        (new ProductWithdrawn("p1", 3, "u1", "Dusk II", 13000, "EUR", "http://localhost:4000/images/products/b.webp", 5, At),
            """{"productId":"p1","version":3,"artistId":"u1","title":"Dusk II","priceMinor":13000,"currency":"EUR","imageUrl":"http://localhost:4000/images/products/b.webp","editions":5,"at":"2026-11-22T09:30:00+00:00"}"""),
        (new OrderPlaced("o1", 1, "b1", "u1", "p1", "Dusk", "http://localhost:4000/images/products/a.webp", 2, 12050, 24100, "USD", At),
            """{"orderId":"o1","version":1,"buyerId":"b1","artistId":"u1","productId":"p1","title":"Dusk","imageUrl":"http://localhost:4000/images/products/a.webp","quantity":2,"unitPriceMinor":12050,"totalMinor":24100,"currency":"USD","at":"2026-11-22T09:30:00+00:00"}"""),
        (new OrderStatusChanged("o1", 3, "ACCEPTED", "VIEWED", OrderActors.Artist, null, "b1", "u1", "p1", "Dusk", "http://localhost:4000/images/products/a.webp", 2, 24100, "USD", [1, 2], At),
            """{"orderId":"o1","version":3,"status":"ACCEPTED","previousStatus":"VIEWED","by":"ARTIST","reason":null,"buyerId":"b1","artistId":"u1","productId":"p1","title":"Dusk","imageUrl":"http://localhost:4000/images/products/a.webp","quantity":2,"totalMinor":24100,"currency":"USD","editions":[1,2],"at":"2026-11-22T09:30:00+00:00"}"""),
        (new OrderLeftUnanswered("o1", 2, 1, "b1", "u1", "p1", "Dusk", "http://localhost:4000/images/products/a.webp", 2, 24100, "USD", At, At.AddDays(14), At.AddDays(3)),
            """{"orderId":"o1","version":2,"reminder":1,"buyerId":"b1","artistId":"u1","productId":"p1","title":"Dusk","imageUrl":"http://localhost:4000/images/products/a.webp","quantity":2,"totalMinor":24100,"currency":"USD","placedAt":"2026-11-22T09:30:00+00:00","expiresAt":"2026-12-06T09:30:00+00:00","at":"2026-11-25T09:30:00+00:00"}"""),
    ];

    public static TheoryData<string> Events => [.. EventRoutes.Types.Keys];

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_is_written_and_read_as_it_always_was(string name)
    {
        var (example, json) = Assert.Single(Golden, golden => golden.Event.GetType().Name == name);

        Assert.Equal(json, JsonSerializer.Serialize(example, example.GetType(), EventJson.Options));
        Assert.Equivalent(example, JsonSerializer.Deserialize(json, example.GetType(), EventJson.Options), strict: true);
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void A_member_that_a_newer_version_adds_does_no_harm(string name)
    {
        var (example, json) = Assert.Single(Golden, golden => golden.Event.GetType().Name == name);

        var newer = json[..^1] + ",\"addedLater\":{\"a\":1}}";

        Assert.Equivalent(example, JsonSerializer.Deserialize(newer, example.GetType(), EventJson.Options), strict: true);
    }

    [Fact]
    public void Every_queue_is_named_after_its_reader_and_its_event()
    {
        foreach (var (type, queues) in EventRoutes.Queues)
        {
            var kebab = string.Concat(type.Name.Select((c, i) => char.IsUpper(c) && i > 0 ? "-" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
            Assert.All(queues, queue => Assert.Matches($"^(auth|product|order|chat|jobs)-{kebab}$", queue));
        }
    }
}
