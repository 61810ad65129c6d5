using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.ServiceDefaults.Images;

/// <summary>What a route that takes images needs.</summary>
public static class UploadRoutes
{
    /// <summary>
    /// Lets the route's body be as large as the images may be, answers a file that is no acceptable image with 400 <c>invalid_image</c>, and
    /// limits uploads per caller. Cross-site forms are refused by <see cref="Security.CrossSiteDefence"/>, so no antiforgery token is asked for.
    /// </summary>
    /// <param name="route">A route that binds a multipart form.</param>
    /// <param name="images">The most images of one request.</param>
    public static RouteHandlerBuilder AcceptsImages(this RouteHandlerBuilder route, int images) => route
        .WithMetadata(new RequestSizeLimitAttribute(ImageRules.BodyBytes(images)), new RequestTimeoutAttribute(RequestTimeouts.Uploads))
        .DisableAntiforgery()
        .RequireRateLimiting(RateLimits.Upload)
        .FailsWith(400, "invalid_image")
        .AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return await next(context);
            }
            catch (InvalidImageException e)
            {
                return Problems.BadRequest("invalid_image", e.Message);
            }
        });
}
