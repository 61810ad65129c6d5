using MassTransit;
using MongoDB.Bson;
using Visuels.Contracts.Orders;

namespace Visuels.Products.Sales;

/// <summary>An accepted order takes editions of a product, and gives them back when it is cancelled afterwards.</summary>
internal sealed class OrderStatusChangedConsumer(SaleStore sales) : IConsumer<OrderStatusChanged>
{
    private const string Accepted = "ACCEPTED";
    private const string Cancelled = "CANCELLED";

    public Task Consume(ConsumeContext<OrderStatusChanged> context)
    {
        var order = context.Message;
        return order.Status == Accepted || (order.Status == Cancelled && order.PreviousStatus == Accepted)
            ? sales.ApplyAsync(
                ObjectId.Parse(order.ProductId),
                new Sale(ObjectId.Parse(order.OrderId), order.Version, order.Status == Accepted ? order.Editions.Count : 0),
                context.CancellationToken)
            : Task.CompletedTask;
    }
}
