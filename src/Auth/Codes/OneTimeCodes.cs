using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Codes;

/// <summary>Makes and checks one-time codes.</summary>
internal sealed class OneTimeCodes(CodeStore store, KeyRing ring, SecurityLog security, IOptions<AuthOptions> options, TimeProvider clock)
{
    public Task<Code> GetAsync(string purpose, string email, CancellationToken ct) => store.GetAsync(Code.KeyOf(purpose, email), ct);

    public bool IsInGap(Code code) => code.IsInGap(clock.GetUtcNow());

    /// <summary>Whether this caller may have a code mailed to the address now.</summary>
    public bool MaySend(Code code, Requester caller)
    {
        var now = clock.GetUtcNow();
        return !code.IsInGap(now) && !code.IsUsedUp(now, caller.Network, options.Value);
    }

    /// <summary>
    /// Gives a flow a fresh code and has it mailed. Without an account nothing is mailed, and the owner of one that is proven already is told of
    /// the sign-up instead; all else is the same.
    /// </summary>
    /// <returns>False when another request was faster.</returns>
    public async Task<bool> TrySendAsync(Code read, string flowId, Requester caller, Account? account, SignUpDetails? details, CancellationToken ct)
    {
        var flow = NewExpiringFlow(caller, details);
        object[] events = account switch
        {
            null => [],
            { Verified: true } when read.Purpose == CodePurposes.VerifyEmail => [Known(account, flow)],
            // A name that is not the reader's own is a message of whoever typed it.
            _ => [Issue(read, flowId, flow, account, account.Verified ? account.Name : "")],
        };
        var isSent = await store.TrySendAsync(read, flowId, flow, new CodeSent(flow.At, caller.Network), events, ct);
        if (isSent)
        {
            security.Note(SecurityEvent.CodeAsked, account is { Verified: true } ? account.Id.ToString() : SecurityLog.TagOf(read.Email, ring), read.Purpose);
        }

        return isSent;
    }

    /// <summary>The same for an account whose owner wants the address of these codes. Whoever has it already is told of that instead.</summary>
    /// <param name="read">The codes of the address.</param>
    /// <param name="caller">The session that asks.</param>
    /// <param name="account">Its account.</param>
    /// <param name="owner">The proven account of the address, if there is one.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False when another request was faster.</returns>
    public Task<bool> TrySendForMoveAsync(Code read, Requester caller, Account account, Account? owner, CancellationToken ct)
    {
        var flow = NewExpiringFlow(caller, details: null);
        object told = owner is null ? Issue(read, caller.Flow!, flow, account, name: "") : Known(owner, flow);
        return store.TrySendAsync(read, caller.Flow!, flow, new CodeSent(flow.At, caller.Network), [told], ct);
    }

    /// <summary>Notes what a flow wants while it may have no new code; the one that it has stays good.</summary>
    /// <returns>False when another request was faster.</returns>
    public Task<bool> TryNoteAsync(Code read, string flowId, Requester caller, SignUpDetails details, CancellationToken ct) =>
        store.TryNoteAsync(read, flowId, NewFlow(caller, details), ct);

    /// <summary>Counts a try, then compares. Whoever does not know the code learns the same about every address.</summary>
    public async Task<CheckedCode> CheckAsync(string purpose, string email, string digits, Requester caller, CancellationToken ct)
    {
        var checkedCode = await CompareAsync(purpose, email, digits, caller, ct);
        if (checkedCode.Verdict != CodeVerdict.Right)
        {
            security.Note(SecurityEvent.CodeRefused, SecurityLog.TagOf(email, ring), $"{purpose} {checkedCode.Verdict}");
        }

        return checkedCode;
    }

    /// <summary>Uses a right code up.</summary>
    /// <returns>False when somebody else has.</returns>
    public Task<bool> TryUseAsync(CheckedCode right, CancellationToken ct) => store.TryUseAsync(right.Key, right.FlowId, right.Flow!, ct);

    internal static string NewDigits() => RandomNumberGenerator.GetInt32(1_000_000).ToString($"D{Code.Digits}", CultureInfo.InvariantCulture);

    private async Task<CheckedCode> CompareAsync(string purpose, string email, string digits, Requester caller, CancellationToken ct)
    {
        var code = await GetAsync(purpose, email, ct);
        if (code.FlowOf(caller) is not { } id)
        {
            return new CheckedCode(await store.TryTakeStrangersAttemptAsync(code.Key, ct) ? CodeVerdict.Wrong : CodeVerdict.NoTriesLeft);
        }

        var flow = await store.TryTakeAttemptAsync(code.Key, id, ct);
        return flow switch
        {
            null => new CheckedCode(CodeVerdict.NoTriesLeft),
            { Hash: { } hash } when ring.Matches(digits, HashUse(code.Key, id, flow.CodeId), hash) =>
                new CheckedCode(clock.GetUtcNow() < flow.ExpiresAt ? CodeVerdict.Right : CodeVerdict.Expired, code.Key, id, flow),
            _ => new CheckedCode(CodeVerdict.Wrong),
        };
    }

    // A code that is moved to another purpose, address or flow proves nothing there.
    private static string HashUse(string key, string flowId, ObjectId codeId) => $"code|{key}|{flowId}|{codeId}";

    private static KnownAddressSignedUp Known(Account owner, CodeFlow flow) => new(owner.Id.ToString(), owner.Version, owner.Email, owner.Name, flow.At);

    private EmailCodeIssued Issue(Code read, string flowId, CodeFlow flow, Account account, string name)
    {
        var digits = NewDigits();
        flow.Hash = ring.Hash(digits, HashUse(read.Key, flowId, flow.CodeId));
        return new EmailCodeIssued(
            flow.CodeId.ToString(), read.Version + 1, account.Id.ToString(), read.Email, name,
            read.Purpose, "", flow.ExpiresAt!.Value).WithCode(digits, ring);
    }

    private CodeFlow NewExpiringFlow(Requester caller, SignUpDetails? details)
    {
        var flow = NewFlow(caller, details);
        flow.CodeId = ObjectId.GenerateNewId();
        flow.ExpiresAt = flow.At + Code.Life;
        return flow;
    }

    private CodeFlow NewFlow(Requester caller, SignUpDetails? details) => new() { Client = caller.Client, At = clock.GetUtcNow(), Details = details };
}

/// <summary>What came of entering a code; the rest is there when it was right.</summary>
internal sealed record CheckedCode(CodeVerdict Verdict, string Key = "", string FlowId = "", CodeFlow? Flow = null);

internal enum CodeVerdict
{
    Right,
    Wrong,
    Expired,
    NoTriesLeft,
}
