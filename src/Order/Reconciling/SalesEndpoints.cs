using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Orders.Reconciling;

/// <summary>What Product compares its copy of the sales with; the Gateway does not forward it.</summary>
internal static class SalesEndpoints
{
    public static void MapSales(this IEndpointRouteBuilder app) => app
        .MapGroup("/api/v1/order/internal").WithTags("Internal").RequireServices("product")
        .MapPost("/sales", Read).WithSummary("Tells Product how many editions orders hold");

    private static async Task<Ok<SalesResponse>> Read(SalesRequest request, SoldEditions sold, CancellationToken ct) =>
        TypedResults.Ok(new SalesResponse(
            [.. (await sold.ReadAsync(request.ProductIds ?? [], request.OrderIds ?? [], ct)).Select(order =>
                new SaleItem(order.Id, order.Item.ProductId, order.Version, order.Editions.Count))]));
}

/// <param name="ProductIds">All orders that hold editions of these products are told.</param>
/// <param name="OrderIds">These orders are told whatever they hold.</param>
public sealed record SalesRequest(
    [MaxLength(50)] IReadOnlyList<ObjectId>? ProductIds = null,
    [MaxLength(500)] IReadOnlyList<ObjectId>? OrderIds = null);

/// <summary>Orders that are not there are left out.</summary>
internal sealed record SalesResponse(IReadOnlyList<SaleItem> Sales);

/// <summary>How many editions an order holds, as of a version of it.</summary>
internal sealed record SaleItem(ObjectId OrderId, ObjectId ProductId, long Version, int Editions);
