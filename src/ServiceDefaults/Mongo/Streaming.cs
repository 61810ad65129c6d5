using System.Runtime.CompilerServices;
using MongoDB.Driver;

namespace Visuels.ServiceDefaults.Mongo;

/// <summary>Reads many documents without holding them all.</summary>
public static class Streaming
{
    /// <summary>Documents per answer of the store.</summary>
    public const int BatchSize = 500;

    /// <summary>The documents of a query one by one, fetched by <see cref="BatchSize"/>.</summary>
    /// <typeparam name="TDocument">What is stored.</typeparam>
    /// <typeparam name="T">What is read of it.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="ct">Ends the reading.</param>
    public static async IAsyncEnumerable<T> StreamAsync<TDocument, T>(this IFindFluent<TDocument, T> query, [EnumeratorCancellation] CancellationToken ct)
    {
        query.Options.BatchSize = BatchSize;
        using var cursor = await query.ToCursorAsync(ct);
        while (await cursor.MoveNextAsync(ct))
        {
            foreach (var document in cursor.Current)
            {
                yield return document;
            }
        }
    }
}
