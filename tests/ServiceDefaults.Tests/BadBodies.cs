using Microsoft.AspNetCore.Http;

namespace Visuels.ServiceDefaults.Tests;

/// <summary>Answers whose bodies do not come to an end.</summary>
internal static class BadBodies
{
    public static async Task DripAsync(HttpContext context)
    {
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.WriteAsync(" ");
            await context.Response.Body.FlushAsync();
            await Task.Delay(50, context.RequestAborted);
        }
    }

    public static async Task EndlessAsync(HttpContext context)
    {
        var spaces = new byte[64 * 1024];
        Array.Fill(spaces, (byte)' ');
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(spaces, context.RequestAborted);
        }
    }
}
