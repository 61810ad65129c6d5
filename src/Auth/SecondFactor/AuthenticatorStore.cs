using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Auth.SecondFactor;

/// <summary>The authenticators in the documents of collection <c>accounts</c>. Each change is one conditional write, with the event that tells of it.</summary>
internal sealed class AuthenticatorStore(IMongoDatabase database, OutboxSignal signal, TimeProvider clock)
{
    // A code is good once, so no more tickets than this can be used while one of them lives.
    private const int TicketsKept = 50;

    private static readonly FilterDefinitionBuilder<Account> Filter = Builders<Account>.Filter;
    private static readonly UpdateDefinitionBuilder<Account> Update = Builders<Account>.Update;

    private readonly IMongoCollection<Account> _accounts = database.GetCollection<Account>(AccountStore.Collection);

    /// <summary>Keeps a seed that waits for its first code, in the place of one that waited before. False when the factor is on.</summary>
    public async Task<bool> TryBeginAsync(ObjectId id, string sealedSeed, CancellationToken ct)
    {
        var waiting = new Authenticator { Seed = sealedSeed, BeganAt = clock.GetUtcNow() };
        var result = await _accounts.UpdateOneAsync(
            Filter.Eq(a => a.Id, id) & AccountStore.Present & Filter.Exists(a => a.Authenticator!.OnSince, false),
            Update.Set(a => a.Authenticator, waiting),
            cancellationToken: ct);
        return result.MatchedCount == 1;
    }

    /// <summary>Takes one of the tries, before anything is compared: as many callers as there may be, no more than that get one.</summary>
    /// <returns>What to compare with, or null when the tries are used up.</returns>
    public async Task<Account?> TryTakeTryAsync(Account read, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (rounds, same) = (read.Authenticator!.Rounds, SameSeed(read));
        var left = same & Filter.Gt(a => a.Authenticator!.TriesLeft, 0);
        var take = Update.Inc(a => a.Authenticator!.TriesLeft, -1).Max(a => a.Authenticator!.NextRoundAt, now + Authenticator.PauseAfter(rounds));
        if (await ChangeAsync(left, take, ct) is { } taken)
        {
            return taken;
        }

        var over = same & Filter.Lte(a => a.Authenticator!.TriesLeft, 0) & Filter.Eq(a => a.Authenticator!.Rounds, rounds) & Filter.Lte(a => a.Authenticator!.NextRoundAt, now);
        var another = Update
            .Set(a => a.Authenticator!.TriesLeft, Authenticator.Tries - 1)
            .Set(a => a.Authenticator!.Rounds, rounds + 1)
            .Set(a => a.Authenticator!.NextRoundAt, now + Authenticator.PauseAfter(rounds + 1));
        return await ChangeAsync(over, another, ct)
            // Another request began the round in this instant.
            ?? (read.Authenticator.NextRoundAt <= now ? await ChangeAsync(left, take, ct) : null);
    }

    /// <summary>Switches the factor on. Of all who confirm the same seed at once, one succeeds; nobody does whose session ended since the account was read.</summary>
    public Task<bool> TryConfirmAsync(Account read, Proof proof, List<string> recoveryHashes, SecondFactorChanged changed, CancellationToken ct) => TryAsync(
        SameSeed(read) & Filter.Exists(a => a.Authenticator!.OnSince, false) & Filter.Not(Filter.Gt(a => a.SessionsFrom, read.SessionsFrom)),
        proof.UseBesideNewList.Set(a => a.Authenticator!.OnSince, clock.GetUtcNow()).Set(a => a.Authenticator!.RecoveryCodes, recoveryHashes),
        changed,
        ct);

    /// <summary>Uses up a code. False when it was used before.</summary>
    public Task<bool> TryUseAsync(Account read, Proof proof, SecondFactorChanged? changed, CancellationToken ct) =>
        TryAsync(WhileOn(read, proof), proof.Use, changed, ct);

    /// <summary>Uses up a code and a ticket. False when either was used before.</summary>
    public Task<bool> TryUseAsync(Account read, Proof proof, string ticket, SecondFactorChanged? changed, CancellationToken ct) => TryAsync(
        WhileOn(read, proof) & Filter.Not(Filter.AnyEq(a => a.Authenticator!.UsedTickets, ticket)),
        proof.Use.PushEach(a => a.Authenticator!.UsedTickets, [ticket], slice: -TicketsKept),
        changed,
        ct);

    public Task<bool> TryRenewRecoveryCodesAsync(
        Account read, Proof proof, List<string> recoveryHashes, SecondFactorChanged changed, CancellationToken ct) =>
        TryAsync(WhileOn(read, proof), proof.UseBesideNewList.Set(a => a.Authenticator!.RecoveryCodes, recoveryHashes), changed, ct);

    public Task<bool> TrySwitchOffAsync(Account read, Proof proof, SecondFactorChanged changed, CancellationToken ct) =>
        TryAsync(WhileOn(read, proof), Update.Unset(a => a.Authenticator), changed, ct);

    /// <summary>Takes the factor from somebody who has lost everything. False when there is none.</summary>
    public Task<bool> TryRemoveAsync(ObjectId id, SecondFactorChanged changed, CancellationToken ct) =>
        TryAsync(Filter.Eq(a => a.Id, id) & Filter.Exists(a => a.Authenticator), Update.Unset(a => a.Authenticator), changed, ct);

    private static FilterDefinition<Account> SameSeed(Account read) =>
        Filter.Eq(a => a.Id, read.Id) & Filter.Eq(a => a.Authenticator!.Seed, read.Authenticator!.Seed);

    private static FilterDefinition<Account> WhileOn(Account read, Proof proof) =>
        SameSeed(read) & Filter.Exists(a => a.Authenticator!.OnSince) & proof.Unused;

    private async Task<bool> TryAsync(FilterDefinition<Account> filter, UpdateDefinition<Account> update, SecondFactorChanged? changed, CancellationToken ct)
    {
        var result = await _accounts.UpdateOneAsync(filter, changed is null ? update : update.Publishing(changed.At, changed), cancellationToken: ct);
        signal.Raise();
        return result.MatchedCount == 1;
    }

    private async Task<Account?> ChangeAsync(FilterDefinition<Account> filter, UpdateDefinition<Account> update, CancellationToken ct) =>
        await _accounts.FindOneAndUpdateAsync(
            filter,
            update,
            new FindOneAndUpdateOptions<Account> { ReturnDocument = ReturnDocument.After, Projection = Builders<Account>.Projection.Exclude(a => a.Outbox) },
            ct);
}
