using MongoDB.Driver;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Schedules;

/// <summary>Collection <c>leases</c>, a document per schedule, found by its id.</summary>
internal sealed class ScheduleStore(IMongoDatabase database)
{
    private static readonly FilterDefinitionBuilder<ScheduleState> Filter = Builders<ScheduleState>.Filter;
    private static readonly UpdateDefinitionBuilder<ScheduleState> Update = Builders<ScheduleState>.Update;

    private readonly IMongoCollection<ScheduleState> _leases = database.GetCollection<ScheduleState>("leases");

    public async Task<ScheduleState?> FindAsync(string name, CancellationToken ct) =>
        await _leases.Find(state => state.Id == name).FirstOrDefaultAsync(ct);

    public async Task<IReadOnlyDictionary<string, ScheduleState>> GetAsync(IEnumerable<string> names, CancellationToken ct) =>
        (await _leases.Find(Filter.In(state => state.Id, names)).ToListAsync(ct)).ToDictionary(state => state.Id);

    /// <summary>Takes the schedule for a run, unless somebody holds it, or another run has ended since it was <paramref name="seen"/>.</summary>
    public async Task<bool> TryTakeAsync(string name, string holder, ScheduleState? seen, DateTimeOffset now, DateTimeOffset until, CancellationToken ct)
    {
        var free = Filter.Or(Filter.Exists(state => state.Holder, false), Filter.Lte(state => state.Until, now))
            & Filter.Eq(state => state.LastRunAt, seen?.LastRunAt);
        try
        {
            var taken = await _leases.UpdateOneAsync(
                Filter.Eq(state => state.Id, name) & (Sabotage.Is(Sabotage.ScheduleLeaseIgnored) ? Filter.Empty : free),
                Update.Set(state => state.Holder, holder).Set(state => state.Until, until),
                new UpdateOptions { IsUpsert = seen is null },
                ct);
            return taken.MatchedCount == 1 || taken.UpsertedId is not null;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            return false;
        }
    }

    /// <summary>False when the lease is another's by now.</summary>
    public async Task<bool> TryRenewAsync(string name, string holder, DateTimeOffset until, CancellationToken ct) =>
        (await _leases.UpdateOneAsync(Held(name, holder), Update.Set(state => state.Until, until), cancellationToken: ct)).MatchedCount == 1;

    /// <summary>Notes how a run ended and lets go, in one write.</summary>
    public Task EndAsync(string name, string holder, ScheduleRun run, CancellationToken ct)
    {
        var released = Update.Unset(state => state.Holder).Unset(state => state.Until);
        return _leases.UpdateOneAsync(
            Held(name, holder),
            // What was stopped on its way is still due.
            run.Outcome == ScheduleOutcomes.Stopped
                ? released
                : released
                    .Set(state => state.LastRunAt, run.StartedAt)
                    .Set(state => state.LastEndedAt, run.EndedAt)
                    .Set(state => state.Outcome, run.Outcome)
                    .Set(state => state.Changed, run.Changed),
            cancellationToken: ct);
    }

    private static FilterDefinition<ScheduleState> Held(string name, string holder) =>
        Filter.Eq(state => state.Id, name) & Filter.Eq(state => state.Holder, holder);
}
