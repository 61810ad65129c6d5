using System.ComponentModel.DataAnnotations;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Orders.Unanswered;

/// <summary>Section <c>Orders</c>. All times are counted from when an order was placed.</summary>
internal sealed class UnansweredOptions
{
    /// <summary>When the artist is reminded of an order that is neither accepted nor rejected.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan FirstReminder { get; set; } = TimeSpan.FromDays(3);

    /// <summary>When the artist is reminded once more, and for the last time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan LastReminder { get; set; } = TimeSpan.FromDays(7);

    /// <summary>When it is turned down.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan ExpireAfter { get; set; } = TimeSpan.FromDays(14);
}

internal static class UnansweredSetup
{
    public static void AddUnanswered(this IServiceCollection services)
    {
        services.AddOptions<UnansweredOptions>().BindConfiguration("Orders").ValidateDataAnnotations()
            .Validate(
                options => options.FirstReminder < options.LastReminder && options.LastReminder < options.ExpireAfter,
                "Orders:FirstReminder must be shorter than Orders:LastReminder, and that shorter than Orders:ExpireAfter.")
            .ValidateOnStart();
        services.AddStore<UnansweredOrders>();
    }
}
