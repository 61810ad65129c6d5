using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Jobs.Templates;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Reliability.Experiments;

/// <summary>
/// A little of everything that people and operators do, by clients that insist. It comes by every crash point of every service, and its
/// people are its own, so that an audit can tell what became of this tour and no other.
/// </summary>
/// <param name="market">Where.</param>
/// <param name="over">Ends the clients' patience: what fails from then on has failed.</param>
internal sealed partial class Tour(Marketplace market, CancellationToken over)
{
    private const char Newcomer = 's';
    private const string OutOfReach = "out-of-reach-";

    private static readonly byte[] Picture = Pictures.Png(8, 6);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<string> _problems = [];
    private readonly string _newcomer = $"{Newcomer}{ObjectId.GenerateNewId()}";
    private Audit? _audit;

    /// <summary>Every answer there was.</summary>
    public Tally Tally { get; } = new();

    private string NewcomersEmail => $"{_newcomer}@example.com";

    /// <summary>An SMTP server that puts the newcomers off once, and never takes a mail to those who are out of reach.</summary>
    public static Func<string, SmtpBehaviour?> Meet()
    {
        var seen = new ConcurrentDictionary<string, bool>();
        return address => address.StartsWith(OutOfReach, StringComparison.Ordinal) ? SmtpBehaviour.Refuse
            : address[0] == Newcomer && seen.TryAdd(address, true) ? SmtpBehaviour.Greylist
            : null;
    }

    /// <summary>Takes the tour. Comes back when it is through, or when patience with a step has ended.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var artist = (await market.People.AddAsync(1, Roles.Artist, ct))[0];
        var buyers = await market.People.AddAsync(3, Roles.User, ct);
        var works = await market.Works.AddAsync(3, [artist], editions: 2, ct);
        _audit = new Audit(market, [artist]);

        // Side by side: one service that dies again and again keeps nobody from the others.
        await Task.WhenAll(
            DoAsync("auth", HttpMethod.Patch, "api/v1/auth/me", artist, new { name = $"Renamed {artist.Id}" }, ct),
            JoinAsync(ct),
            ListAsync(artist, ct),
            ShowFaceAsync(artist, ct),
            SellAsync(artist, buyers, works, ct),
            DoAsync("chat", HttpMethod.Post, $"api/v1/message/send/{artist.Id}", buyers[0], new { content = "Is it dry yet?", type = "TEXT", clientMessageId = "one" }, ct),
            RunSchedulesAsync(ct));
    }

    /// <summary>What became of it, once nothing is missing or patience has ended.</summary>
    public async Task<Findings> AuditAsync(TimeSpan within, CancellationToken ct)
    {
        if (_audit is null)
        {
            return new Findings(["the tour has not begun"], 0, 0, 0, TimeSpan.Zero);
        }

        var findings = await _audit.SettleAsync(within, ct);
        return findings with { Problems = [.. _problems, .. findings.Problems, .. await NewcomerAsync(ct)] };
    }

    // A sign-up that was repeated may have outdated its code; then the newcomer would ask for another a minute later.
    private async Task JoinAsync(CancellationToken ct)
    {
        await SignUpAsync(NewcomersEmail, _newcomer, ct);
        await SignUpAsync(OutOfReach + NewcomersEmail, $"o{_newcomer}", ct);
        while (CodeOf(NewcomersEmail) is null && !over.IsCancellationRequested)
        {
            await Task.Delay(Look, ct);
        }

        if (CodeOf(NewcomersEmail) is not { } code)
        {
            _problems.Enqueue($"{NewcomersEmail} has no code to the end");
            return;
        }

        await DoAsync("auth", HttpMethod.Post, "api/v1/auth/email-verify", null, new { email = NewcomersEmail, otp = code }, ct);
    }

    private Task<Answer> SignUpAsync(string email, string username, CancellationToken ct) => DoAsync(
        "auth", HttpMethod.Post, "api/v1/auth/email-signup", null,
        new { email, username, name = username, password = "a quiet afternoon", role = Roles.User }, ct);

    private async Task SellAsync(Person artist, IReadOnlyList<Person> buyers, IReadOnlyList<Work> works, CancellationToken ct)
    {
        foreach (var work in works)
        {
            await DoAsync("order", HttpMethod.Put, $"api/v1/order/cart/items/{work.Id}", buyers[0], new { quantity = 1 }, ct);
        }

        var fromCart = await OrderAsync(buyers[0], new { }, ct);
        var bought = await OrderAsync(buyers[1], new { productId = $"{works[0].Id}" }, ct);
        var refused = await OrderAsync(buyers[2], new { productId = $"{works[0].Id}" }, ct);
        if (fromCart.Count < 3 || bought.Count == 0 || refused.Count == 0)
        {
            return;
        }

        await MoveAsync(artist, fromCart[0], "VIEWED", ct);
        await MoveAsync(artist, fromCart[0], "ACCEPTED", ct);
        // The last edition of the first work: the third buyer is turned down by nobody in person.
        await MoveAsync(artist, bought[0], "ACCEPTED", ct);
        await MoveAsync(artist, fromCart[1], "REJECTED", ct);
        await DoAsync("order", HttpMethod.Delete, $"api/v1/order/{fromCart[2]}/cancel", buyers[0], null, ct);
        await DoAsync("order", HttpMethod.Delete, $"api/v1/order/{fromCart[0]}/cancel", artist, null, ct);
    }

    private async Task ListAsync(Person artist, CancellationToken ct)
    {
        var answer = await Shop.InsistAsync(
            () => market.Shop.SendAsync(HttpMethod.Post, new Uri(market["product"].Address, "api/v1/products"), artist, ct, ArtworkForm.Of("On tour", [Picture])), Tally, over, ct);
        if (!answer.IsSuccess)
        {
            _problems.Enqueue($"listing an artwork: {answer}");
            return;
        }

        var id = answer.Json.GetProperty("product").GetProperty("_id").GetString();
        await DoAsync("product", HttpMethod.Patch, $"api/v1/products/{id}", artist, new { title = "Told anew" }, ct);
        await UploadAsync("product", HttpMethod.Post, $"api/v1/products/{id}/images", artist, () => Upload("images"), ct);
        var first = answer.Json.GetProperty("product").GetProperty("images")[0].GetProperty("fileId").GetString();
        await DoAsync("product", HttpMethod.Delete, $"api/v1/products/{id}/images/{first}", artist, null, ct);
        await DoAsync("product", HttpMethod.Delete, $"api/v1/products/{id}", artist, null, ct);
    }

    // The second picture takes the place of the first, which goes.
    private async Task ShowFaceAsync(Person artist, CancellationToken ct)
    {
        for (var i = 0; i < 2; i++)
        {
            await UploadAsync("auth", HttpMethod.Patch, "api/v1/artist/profile/update", artist, () => Upload("avatar"), ct);
        }
    }

    private async Task UploadAsync(string service, HttpMethod method, string path, Person person, Func<HttpContent> form, CancellationToken ct)
    {
        var answer = await Shop.InsistAsync(
            () => market.Shop.SendAsync(method, new Uri(market[service].Address, path), person, ct, form()), Tally, over, ct);
        if (answer.IsWorthAnotherTry)
        {
            _problems.Enqueue($"{method} {path}: {answer} to the end");
        }
    }

    private async Task RunSchedulesAsync(CancellationToken ct)
    {
        foreach (var service in Marketplace.Names)
        {
            var all = new Uri(market[service].Address, "internal/schedules/");
            var list = await Shop.InsistAsync(() => market.Shop.SendAsServiceAsync(HttpMethod.Get, all, "jobs", service, ct), Tally, over, ct);
            if (!list.IsSuccess)
            {
                // This service does nothing by itself.
                continue;
            }

            foreach (var name in list.Json.GetProperty("schedules").EnumerateArray().Select(schedule => schedule.GetProperty("name").GetString()))
            {
                await Shop.InsistAsync(() => market.Shop.SendAsServiceAsync(HttpMethod.Post, new Uri(all, $"{name}/run"), "jobs", service, ct), Tally, over, ct);
            }
        }
    }

    private async Task<IReadOnlyList<ObjectId>> OrderAsync(Person buyer, object body, CancellationToken ct)
    {
        var key = Guid.NewGuid().ToString();
        var answer = await DoAsync("order", HttpMethod.Post, "api/v1/order/create", buyer, body, ct, key);
        if (!answer.IsSuccess)
        {
            _problems.Enqueue($"ordering: {answer}");
            return [];
        }

        _audit!.Acknowledge(answer.OrderIds);
        return answer.OrderIds;
    }

    private Task<Answer> MoveAsync(Person artist, ObjectId order, string status, CancellationToken ct) =>
        DoAsync("order", HttpMethod.Patch, $"api/v1/order/{order}", artist, new { status }, ct);

    private async Task<Answer> DoAsync(string service, HttpMethod method, string path, Person? person, object? body, CancellationToken ct, string? key = null)
    {
        var answer = await Shop.InsistAsync(
            () => market.Shop.SendAsync(method, new Uri(market[service].Address, path), person, ct, body, key), Tally, over, ct);
        // A 4xx may mean that an earlier try, whose answer was lost, has done it; the audit knows.
        if (answer.IsWorthAnotherTry)
        {
            _problems.Enqueue($"{method} {path}: {answer} to the end");
        }

        return answer;
    }

    private async Task<IEnumerable<string>> NewcomerAsync(CancellationToken ct)
    {
        var account = await market.Store["auth"].GetCollection<Account>(AccountStore.Collection).Find(a => a.Email == NewcomersEmail).FirstOrDefaultAsync(ct);
        if (account is not { Verified: true })
        {
            return CodeOf(NewcomersEmail) is null ? [$"{NewcomersEmail} has no code"] : [];
        }

        var welcomes = market.Smtp.Accepted
            .Where(mail => mail.Recipient == NewcomersEmail && mail.MessageId.Contains($".{MailTemplates.Welcome}@", StringComparison.Ordinal))
            .DistinctBy(mail => mail.MessageId).Count();
        var copies = await CopyCheck.AccountsAsync(market, [account.Id], areKnown: true, ct);
        return welcomes == 1 ? copies : [.. copies, $"{NewcomersEmail} was welcomed {welcomes} times"];
    }

    private string? CodeOf(string email) => market.Smtp.Accepted
        .Where(mail => mail.Recipient == email)
        .Select(mail => Code().Match(mail.Raw).Value)
        .LastOrDefault(code => code.Length == 6);

    private static MultipartFormDataContent Upload(string field) => new() { { ArtworkForm.Picture(Picture), field, "tour.png" } };

    // Alone on a line of the text part.
    [GeneratedRegex(@"(?<=^\s*)\d{6}(?=\s*$)", RegexOptions.Multiline)]
    private static partial Regex Code();
}
