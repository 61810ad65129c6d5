using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Registers image processing and storage.</summary>
public static class ImageExtensions
{
    // 500 files of a list, with all that ImageKit tells of each.
    private const int LargestAnswer = 4 * 1024 * 1024;

    /// <summary>
    /// Registers <see cref="ImageUploads"/>, <see cref="ImageProcessor"/> and <see cref="IImageStore"/>: ImageKit when
    /// <c>ImageKit:PrivateKey</c> is set, else the disk, which <see cref="ImageEndpoints.MapImages"/> serves.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <typeparam name="TReferences">Tells which images the service's documents show.</typeparam>
    /// <param name="area">What the images are kept under: <c>products</c>.</param>
    public static WebApplicationBuilder AddImages<TReferences>(this WebApplicationBuilder builder, string area)
        where TReferences : class, IImageReferences, ICreatesIndexes
    {
        var services = builder.Services;
        services.AddSingleton(new ImageArea(area));
        services.AddSingleton<ImageProcessor>();
        services.AddStore<DoubtfulImages>();
        services.AddStore<TReferences>();
        services.AddSingleton<IImageReferences>(provider => provider.GetRequiredService<TReferences>());
        services.AddSingleton<ImageClearing>();
        services.AddSingleton(provider => new ImageUploads(
            provider.GetRequiredService<ImageProcessor>(),
            provider.GetRequiredService<IImageStore>(),
            provider.GetRequiredService<DoubtfulImages>(),
            provider.GetRequiredService<ImageClearing>(),
            provider.GetRequiredService<IOptions<ImageOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<ImageSweep>();
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
        var client = services.AddHttpClient<IImageStore, ImageKitStore>().ConfigureHttpClient((provider, http) =>
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(provider.GetRequiredService<IOptions<ImageKitOptions>>().Value.PrivateKey + ":"))));
        BoundedCalls.Apply(client, provider =>
        {
            var options = provider.GetRequiredService<IOptions<ImageKitOptions>>().Value;
            return new BoundedCalls(options.Timeout, options.TotalTimeout, LargestAnswer);
        });
    }
}
