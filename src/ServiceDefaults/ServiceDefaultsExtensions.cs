using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Json;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults;

/// <summary>What all services wire the same way.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Tag of the health checks that <c>/health/ready</c> depends on.</summary>
    public const string ReadyTag = "gates-readiness";

    internal static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        var services = builder.Services;
        services.AddOptions<SiteOptions>().Bind(builder.Configuration).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ServiceAddresses>();
        services.ConfigureHttpJsonOptions(options => JsonRules.Apply(options.SerializerOptions));
        services.AddErrorHandling();
        services.AddTokenAuthentication(identity);
        services.AddRateLimits(builder.Configuration, builder.Environment);
        services.AddCors();
        services.AddHealthChecks().AddCheck<MongoHealth>("mongo", tags: [ReadyTag], timeout: TimeSpan.FromSeconds(3));
        services.AddSwagger(identity);
        builder.AddServerLimits();
        // Requests, relays and the bus finish within their own bounds first.
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(10));
        return builder;
    }

    /// <summary>The pipeline in front of every service's routes, its health endpoints and, outside Production, its OpenAPI page.</summary>
    /// <param name="app">The service.</param>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        // A missing key stops the start, not the first call.
        _ = app.Services.GetRequiredService<ServiceTokens>();
        var site = app.Services.GetRequiredService<IOptions<SiteOptions>>().Value;

        app.UseForwardedHeaders();
        app.UseSecurityHeaders();
        app.UseErrorHandling();
        app.UseRouting();
        app.UseCors(cors => cors
            .WithOrigins(new Uri(site.FrontendUrl).GetLeftPart(UriPartial.Authority), new Uri(site.PublicUrl).GetLeftPart(UriPartial.Authority))
            .AllowCredentials()
            .AllowAnyHeader()
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithExposedHeaders("Retry-After", "Idempotent-Replayed", "Location")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10)));
        app.UseCrossSiteDefence();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();

        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(ReadyTag) }).AllowAnonymous();
        if (!app.Environment.IsProduction())
        {
            app.UseSwaggerPages();
        }

        return app;
    }
}
