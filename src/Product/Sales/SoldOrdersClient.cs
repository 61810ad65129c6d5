using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Http;

namespace Visuels.Products.Sales;

/// <summary>Asks Order what is sold.</summary>
internal sealed class SoldOrdersClient(HttpClient http)
{
    public const int MostProducts = 50;
    public const int MostOrders = 500;

    /// <summary>Every order that holds editions of these products, and these orders whatever they hold.</summary>
    /// <exception cref="DependencyUnavailableException">Order does not answer in time.</exception>
    public async Task<IReadOnlyList<SoldOrder>> GetAsync(IReadOnlyList<ObjectId> products, IReadOnlyList<ObjectId> orders, CancellationToken ct) =>
        (await http.AskAsync<SoldOrdersResponse>("order (sales)", "api/v1/order/internal/sales", new SoldOrdersRequest(products, orders), ct)).Sales;
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
