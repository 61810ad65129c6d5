using System.Text.Json.Serialization;
using MongoDB.Bson;
using Polly;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Json;

namespace Visuels.Products.Sales;

/// <summary>Asks Order what is sold.</summary>
internal sealed class SoldOrdersClient(HttpClient http)
{
    public const int MostProducts = 50;
    public const int MostOrders = 500;

    /// <summary>Every order that holds editions of these products, and these orders whatever they hold.</summary>
    /// <exception cref="DependencyUnavailableException">Order does not answer in time.</exception>
    public async Task<IReadOnlyList<SoldOrder>> GetAsync(IReadOnlyList<ObjectId> products, IReadOnlyList<ObjectId> orders, CancellationToken ct)
    {
        try
        {
            using var response = await http.PostAsJsonAsync("api/v1/order/internal/sales", new SoldOrdersRequest(products, orders), JsonRules.Web, ct);
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<SoldOrdersResponse>(JsonRules.Web, ct))!.Sales;
        }
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new DependencyUnavailableException("order (sales)", e);
        }
    }
}

internal sealed record SoldOrdersRequest(IReadOnlyList<ObjectId> ProductIds, IReadOnlyList<ObjectId> OrderIds);

// A newer Order may tell more than this service reads.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record SoldOrdersResponse(IReadOnlyList<SoldOrder> Sales);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record SoldOrder(ObjectId OrderId, ObjectId ProductId, long Version, int Editions)
{
    public Sale ToSale() => new(OrderId, Version, Editions);
}
