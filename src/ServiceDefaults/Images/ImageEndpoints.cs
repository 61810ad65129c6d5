using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Serves images that lie on disk.</summary>
public static class ImageEndpoints
{
    /// <summary>First segment of the path of every image.</summary>
    public const string Root = "/images";

    /// <summary>Maps <c>/images/{area}/{name}</c> of this service's area. With ImageKit there is nothing to serve.</summary>
    /// <param name="app">The service.</param>
    public static void MapImages(this IEndpointRouteBuilder app)
    {
        if (app.ServiceProvider.GetRequiredService<IImageStore>() is DiskImageStore disk)
        {
            var area = app.ServiceProvider.GetRequiredService<ImageArea>().Name;
            app.MapGet($"{Root}/{area}/{{name}}", (string name, HttpResponse response) => Serve(disk, name, response))
                .AllowAnonymous()
                .ExcludeFromDescription();
        }
    }

    private static Results<PhysicalFileHttpResult, ProblemHttpResult> Serve(DiskImageStore disk, string name, HttpResponse response)
    {
        if (disk.PathOf(name) is not { } path || !File.Exists(path))
        {
            return Problems.NotFound("There is no such image.");
        }

        // A name is never used twice, and the storefront of another site shows the pictures too.
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return TypedResults.PhysicalFile(path, ImageFormats.MediaType(Path.GetExtension(name)[1..]), enableRangeProcessing: true);
    }
}
