using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Registers image processing and storage.</summary>
public static class ImageExtensions
{
    private const int LargestAnswer = 64 * 1024;

    /// <summary>
    /// Registers <see cref="ImageUploads"/>, <see cref="ImageProcessor"/> and <see cref="IImageStore"/>: ImageKit when
    /// <c>ImageKit:PrivateKey</c> is set, else the disk, which <see cref="ImageEndpoints.MapImages"/> serves.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="area">What the images are kept under: <c>products</c>.</param>
    public static WebApplicationBuilder AddImages(this WebApplicationBuilder builder, string area)
    {
        var services = builder.Services;
        services.AddSingleton(new ImageArea(area));
        services.AddSingleton<ImageProcessor>();
        services.AddSingleton<ImageUploads>();
        services.AddOptions<ImageOptions>().BindConfiguration("Images").ValidateDataAnnotations().ValidateOnStart();

        if (builder.Configuration["ImageKit:PrivateKey"] is { Length: > 0 })
        {
            services.AddImageKit();
        }
        else
        {
            services.AddSingleton<IImageStore, DiskImageStore>();
        }

        return builder;
    }

    private static void AddImageKit(this IServiceCollection services)
    {
        services.AddOptions<ImageKitOptions>().BindConfiguration("ImageKit").ValidateDataAnnotations()
            .Validate(
                options => Uri.TryCreate(options.UrlEndpoint, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http",
                "ImageKit:UrlEndpoint must be the URL endpoint of the account whose ImageKit:PrivateKey is set.")
            .ValidateOnStart();
        services.AddHttpClient<IImageStore, ImageKitStore>()
            .ConfigureHttpClient((provider, http) =>
            {
                var options = provider.GetRequiredService<IOptions<ImageKitOptions>>().Value;
                http.Timeout = options.Timeout;
                http.MaxResponseContentBufferSize = LargestAnswer;
                http.DefaultRequestHeaders.Authorization =
                    new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(options.PrivateKey + ":")));
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(3),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            });
    }
}
