using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Sealing;

namespace Visuels.Auth.Codes;

/// <summary>Makes and checks one-time codes.</summary>
internal sealed class OneTimeCodes(CodeStore store, KeyRing ring, IOptions<AuthOptions> options, TimeProvider clock)
{
    private const string MailUse = "mail-code";

    public Task<Code> GetAsync(string purpose, string email, CancellationToken ct) => store.GetAsync(Code.KeyOf(purpose, email), ct);

    public bool IsUsedUp(Code code) => code.IsUsedUp(clock.GetUtcNow(), options.Value.CodesPerDay);

    public bool IsInGap(Code code) => code.IsInGap(clock.GetUtcNow());

    /// <summary>Puts a fresh code in the place of the one that was read and has it mailed.</summary>
    /// <returns>The new document, or null when another request was faster.</returns>
    public async Task<Code?> TrySendAsync(Code read, Account account, long signUp, string? passwordHash, CancellationToken ct)
    {
        var digits = RandomNumberGenerator.GetInt32(1_000_000).ToString($"D{Code.Digits}", CultureInfo.InvariantCulture);
        var next = Next(read, signUp, passwordHash);
        next.UserId = account.Id;
        next.Hash = ring.Hash(digits, HashUse(next.CodeId));
        var sealedCode = ring.Seal(digits, MailUse, next.CodeId.ToString());
        var issued = new EmailCodeIssued(
            next.CodeId.ToString(), next.Version, account.Id.ToString(), account.Email, account.Name,
            read.Key.Split('|')[0], sealedCode, next.ExpiresAt);
        return await store.TryReplaceAsync(read, next, [issued], ct) ? next : null;
    }

    /// <summary>Does to an address that has nothing to prove what <see cref="TrySendAsync"/> does to others, except for the code.</summary>
    public Task<bool> TryPretendAsync(Code read, string? passwordHash, CancellationToken ct) =>
        store.TryReplaceAsync(read, Next(read, read.SignUp, passwordHash), [], ct);

    /// <summary>Counts a try, then compares. Whoever does not know the code learns the same about every address.</summary>
    public async Task<(CodeVerdict Verdict, Code? Code)> CheckAsync(string purpose, string email, string digits, CancellationToken ct)
    {
        var code = await store.TryTakeAttemptAsync(Code.KeyOf(purpose, email), ct);
        return code switch
        {
            null => (CodeVerdict.NoTriesLeft, null),
            { Hash: { } hash } when ring.Matches(digits, HashUse(code.CodeId), hash) =>
                (clock.GetUtcNow() < code.ExpiresAt ? CodeVerdict.Right : CodeVerdict.Expired, code),
            _ => (CodeVerdict.Wrong, null),
        };
    }

    public Task ForgetAttemptsAsync(Code proven, CancellationToken ct) => store.ForgetAttemptsAsync(proven, ct);

    private static string HashUse(ObjectId codeId) => $"code|{codeId}";

    private Code Next(Code read, long signUp, string? passwordHash)
    {
        var now = clock.GetUtcNow();
        var sameDay = now < read.DayStart + Code.Day;
        return new Code
        {
            Key = read.Key,
            // Never behind a sign-up that an older document, gone since, has counted.
            Version = Math.Max(read.Version + 1, signUp),
            CodeId = ObjectId.GenerateNewId(),
            SignUp = signUp,
            PasswordHash = passwordHash,
            SentAt = now,
            ExpiresAt = now + Code.Life,
            DayStart = sameDay ? read.DayStart : now,
            SentInDay = sameDay ? read.SentInDay + 1 : 1,
            DeleteAt = now + Code.Day,
        };
    }
}

internal enum CodeVerdict
{
    Right,
    Wrong,
    Expired,
    NoTriesLeft,
}
