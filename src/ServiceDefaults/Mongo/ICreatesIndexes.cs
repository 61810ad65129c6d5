namespace Visuels.ServiceDefaults.Mongo;

/// <summary>A store that declares its indexes beside the queries that need them. All are created before the service takes its first request or message.</summary>
public interface ICreatesIndexes
{
    /// <summary>Creates the indexes; creating them again changes nothing.</summary>
    /// <param name="ct">Ends when the start is given up.</param>
    Task CreateIndexesAsync(CancellationToken ct);
}
