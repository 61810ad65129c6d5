namespace Visuels.Orders.Idempotency;

/// <summary>An answer to the byte, so that a repeated request gets the very same.</summary>
internal sealed record StoredAnswer(int Status, string? ContentType, string? Location, byte[] Body) : IResult
{
    /// <summary>What a result would send.</summary>
    public static async Task<StoredAnswer> RenderAsync(IResult result, HttpContext http)
    {
        var response = http.Response;
        var network = response.Body;
        using var buffer = new MemoryStream();
        response.Body = buffer;
        try
        {
            await result.ExecuteAsync(http);
            await response.BodyWriter.FlushAsync(http.RequestAborted);
        }
        finally
        {
            response.Body = network;
        }

        return new StoredAnswer(response.StatusCode, response.ContentType, response.Headers.Location, buffer.ToArray());
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        response.Headers.Location = Location;
        await response.Body.WriteAsync(Body, httpContext.RequestAborted);
    }
}
