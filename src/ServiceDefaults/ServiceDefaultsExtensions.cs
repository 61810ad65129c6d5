using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Json;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Schedules;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults;

/// <summary>What all services wire the same way.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Tag of the health checks that <c>/health/ready</c> depends on.</summary>
    public const string ReadyTag = "gates-readiness";

    internal static WebApplicationBuilder AddEdgeDefaults(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<SiteOptions>().Bind(builder.Configuration).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<CookieOptionsSection>().BindConfiguration("Cookies").ValidateOnStart();
        services.AddSingleton<SessionCookies>();
        services.AddHttpContextAccessor();
        services.AddSingleton<SecurityLog>();
        services.AddSingleton<ServiceAddresses>();
        services.AddOptions<CallOptions>().BindConfiguration("Calls").ValidateDataAnnotations().ValidateOnStart();
        services.ConfigureHttpJsonOptions(options => JsonRules.Apply(options.SerializerOptions));
        services.AddErrorHandling();
        services.AddCors();
        builder.AddServerLimits();
        services.AddOptions<RequestOptions>().BindConfiguration("Requests").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RequestGate>();
        services.AddOptions<ShutdownOptions>()
            .Configure(options => options.Drain = builder.Environment.IsProduction() ? TimeSpan.FromSeconds(2) : TimeSpan.Zero)
            .BindConfiguration("Shutdown").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Leaving>();
        services.AddHostedService(provider => provider.GetRequiredService<Leaving>());
        services.AddHealthChecks().AddCheck<Leaving>("running", tags: [ReadyTag]);
        // Requests, relays and the bus finish within their own bounds first.
        services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownOptions.Longest);
        return builder;
    }

    internal static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        builder.Services.AddTokenAuthentication(identity);
        builder.Services.AddBoundedRequests();
        builder.Services.AddRateLimits(builder.Configuration, builder.Environment);
        builder.Services.AddSwagger(identity);
        return builder;
    }

    /// <summary>The head of every pipeline, the Gateway's too: forwarded headers, security headers, errors, routing, CORS with credentials.</summary>
    /// <param name="app">The service.</param>
    public static WebApplication UseEdgeDefaults(this WebApplication app)
    {
        // Here a wrong setting is one line; the host would log pages about it before it gives up.
        app.Services.GetService<IStartupValidator>()?.Validate();
        var site = app.Services.GetRequiredService<IOptions<SiteOptions>>().Value;
        app.UseForwardedHeaders();
        app.UseSecurityHeaders();
        app.UseErrorHandling();
        RequestGate.Use(app);
        app.UseRoutingAlsoOfHead();
        app.UseCors(cors => cors
            .WithOrigins(new Uri(site.FrontendUrl).GetLeftPart(UriPartial.Authority), new Uri(site.PublicUrl).GetLeftPart(UriPartial.Authority))
            .AllowCredentials()
            .AllowAnyHeader()
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithExposedHeaders("Retry-After", "Idempotent-Replayed", "Location")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10)));
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(ReadyTag),
            // A bus that has lost its broker calls itself degraded, which would be a 200.
            ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable },
        }).AllowAnonymous();
        return app;
    }

    /// <summary>The pipeline in front of every service's routes, its health endpoints and, outside Production, its OpenAPI page.</summary>
    /// <param name="app">The service.</param>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        // A missing key stops the start, not the first call.
        _ = app.Services.GetRequiredService<ServiceTokens>();

        app.UseEdgeDefaults();
        app.UseRequestTimeouts();
        app.UseCrossSiteDefence();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseUtf8Bodies();
        if (!app.Environment.IsProduction())
        {
            app.UseSwaggerPages();
        }

        app.MapSchedules();
        return app;
    }
}
