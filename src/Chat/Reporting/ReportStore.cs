using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Paging;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Chat.Reporting;

/// <summary>Collection <c>reports</c>.</summary>
internal sealed class ReportStore(IMongoDatabase database, TimeProvider clock) : ICreatesIndexes, IForgetsUsers
{
    private const string System = "SYSTEM";
    private const string AccountDeleted = "account_deleted";

    /// <summary>How long a closed report is kept.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(180);

    private static readonly FilterDefinitionBuilder<Report> Filter = Builders<Report>.Filter;
    private static readonly UpdateDefinitionBuilder<Report> Update = Builders<Report>.Update;

    private readonly IMongoCollection<Report> _reports = database.GetCollection<Report>("reports");

    public Task CreateIndexesAsync(CancellationToken ct)
    {
        var keys = Builders<Report>.IndexKeys;
        return _reports.Indexes.CreateManyAsync(
            [
                new(keys.Ascending(r => r.OpenKey), new CreateIndexOptions<Report> { Name = "open_once", Unique = true, PartialFilterExpression = Filter.Exists(r => r.OpenKey) }),
                new(keys.Descending(r => r.CreatedAt).Descending(r => r.Id), new CreateIndexOptions { Name = "newest" }),
                new(keys.Ascending(r => r.Status).Descending(r => r.CreatedAt).Descending(r => r.Id), new CreateIndexOptions { Name = "status_newest" }),
                new(keys.Ascending(r => r.ReporterId).Descending(r => r.Id), new CreateIndexOptions { Name = "reporter" }),
                new(keys.Ascending(r => r.ReportedId), new CreateIndexOptions { Name = "reported" }),
                new(keys.Ascending(r => r.ClosedAt), new CreateIndexOptions { Name = "expiry", ExpireAfter = Kept }),
            ],
            ct);
    }

    /// <summary>Keeps a report, or finds the open one that says the same.</summary>
    public async Task<(Report Report, bool IsNew)> AddAsync(Report report, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await _reports.InsertOneAsync(report, cancellationToken: ct);
                return (report, true);
            }
            catch (MongoException e) when (e.IsDuplicateKey("open_once"))
            {
                if (await _reports.Find(r => r.OpenKey == report.OpenKey).FirstOrDefaultAsync(ct) is { } known)
                {
                    return (known, false);
                }

                // Closed in this instant: then this is another one.
            }
        }
    }

    public async Task<Report?> FindAsync(ObjectId id, CancellationToken ct) => await _reports.Find(r => r.Id == id).FirstOrDefaultAsync(ct);

    /// <summary>What somebody has reported, without the copies of messages.</summary>
    public IAsyncEnumerable<Report> OfAsync(ObjectId reporter, CancellationToken ct) => _reports
        .Find(r => r.ReporterId == reporter).Project<Report>(Builders<Report>.Projection.Exclude(r => r.Messages)).StreamAsync(ct);

    /// <summary>Newest first, without the copies of messages.</summary>
    public Task<List<Report>> ListAsync(string? status, NewestFirst<ObjectId> page, CancellationToken ct)
    {
        var wanted = status is null ? Filter.Empty : Filter.Eq(r => r.Status, status);
        if (page.After is var (at, id))
        {
            wanted &= Filter.Lt(r => r.CreatedAt, at) | (Filter.Eq(r => r.CreatedAt, at) & Filter.Lt(r => r.Id, id));
        }

        return _reports.Find(wanted)
            .SortByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id)
            .Limit(page.Count)
            .Project<Report>(Builders<Report>.Projection.Exclude(r => r.Messages))
            .ToListAsync(ct);
    }

    /// <summary>Closes an open report; false when it is closed already, or missing.</summary>
    public async Task<bool> CloseAsync(ObjectId id, string by, string? note, CancellationToken ct) =>
        (await _reports.UpdateOneAsync(Filter.Eq(r => r.Id, id) & Open, Closing(by, note), cancellationToken: ct)).MatchedCount == 1;

    /// <summary>
    /// Reports of somebody who has left are nobody's, without that person's words; those about somebody who has left are closed. What the
    /// operator may read of them stays until it expires.
    /// </summary>
    public async Task ForgetAsync(ObjectId user, CancellationToken ct)
    {
        await _reports.UpdateManyAsync(r => r.ReporterId == user, Update.Unset(r => r.ReporterId).Unset(r => r.Reason).Unset(r => r.OpenKey), cancellationToken: ct);
        await _reports.UpdateManyAsync(Filter.Eq(r => r.ReportedId, user) & Open, Closing(System, AccountDeleted), cancellationToken: ct);
    }

    private static FilterDefinition<Report> Open => Filter.Eq(r => r.Status, ReportStates.Open);

    private UpdateDefinition<Report> Closing(string by, string? note)
    {
        var closing = Update.Set(r => r.Status, ReportStates.Closed).Set(r => r.ClosedAt, clock.GetUtcNow()).Set(r => r.ClosedBy, by).Unset(r => r.OpenKey);
        return note is null ? closing : closing.Set(r => r.Note, note);
    }
}
