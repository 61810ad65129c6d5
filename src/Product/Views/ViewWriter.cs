using MongoDB.Driver;
using Visuels.Products.Artworks;

namespace Visuels.Products.Views;

/// <summary>Writes counted views every few seconds and once more at shutdown.</summary>
internal sealed partial class ViewWriter(IMongoDatabase database, ViewCounter counter, TimeProvider clock, ILogger<ViewWriter> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private const int Batch = 500;

    private readonly IMongoCollection<Product> _products = database.GetCollection<Product>(Product.Collection);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await WriteAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end; what is left is written by StopAsync.
        }
    }

    private async Task WriteAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        foreach (var batch in counter.Take().Chunk(Batch))
        {
            try
            {
                await _products.BulkWriteAsync(
                    batch.Select(views => new UpdateOneModel<Product>(
                        Builders<Product>.Filter.Eq(product => product.Id, views.Key),
                        Builders<Product>.Update.Inc(product => product.Views, views.Value))),
                    new BulkWriteOptions { IsOrdered = false },
                    patience.Token);
            }
            catch (Exception e) when (e is MongoException or TimeoutException or OperationCanceledException)
            {
                LogPostponed(e, batch.Length);
                foreach (var (product, views) in batch)
                {
                    counter.Count(product, views);
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Views of {Products} products could not be written; they are tried again")]
    private partial void LogPostponed(Exception e, int products);
}
