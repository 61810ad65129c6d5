using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>Writes down who may call an operation, and with what: bearer token or cookie for people, a token of their own for services.</summary>
internal sealed class CallerFilter(IOptions<AuthorizationOptions> authorization) : IOperationFilter
{
    public const string Bearer = "bearer";
    public const string Cookie = "cookie";
    public const string Service = "service";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        var rules = metadata.OfType<IAuthorizeData>().ToList();
        if (rules.Count == 0 || metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [];
            return;
        }

        var policies = rules.Select(rule => rule.Policy).OfType<string>().Select(authorization.Value.GetPolicy).OfType<AuthorizationPolicy>().ToList();
        var schemes = policies.SelectMany(policy => policy.AuthenticationSchemes).DefaultIfEmpty(Authentication.UserScheme).ToHashSet();
        var allowed = policies.SelectMany(policy => policy.Requirements).OfType<RolesAuthorizationRequirement>()
            .Select(requirement => requirement.AllowedRoles.ToHashSet())
            .Aggregate((HashSet<string>?)null, (all, roles) => all is null ? roles : [.. all.Intersect(roles)]);

        operation.Security = [];
        if (schemes.Contains(Authentication.UserScheme))
        {
            operation.Security.Add(Requirement(Bearer, context.Document));
            operation.Security.Add(Requirement(Cookie, context.Document));
        }

        if (schemes.Contains(Authentication.ServiceScheme))
        {
            operation.Security.Add(Requirement(Service, context.Document));
        }

        Name(operation, "x-roles", allowed?.Order(StringComparer.Ordinal));
        Name(operation, "x-services", metadata.OfType<AllowedServices>().LastOrDefault()?.Names);
    }

    private static void Name(OpenApiOperation operation, string extension, IEnumerable<string>? callers)
    {
        if (callers is not null)
        {
            (operation.Extensions ??= new Dictionary<string, IOpenApiExtension>())[extension] =
                new JsonNodeExtension(new JsonArray([.. callers.Select(caller => JsonValue.Create(caller))]));
        }
    }

    public static void AddSchemes(SwaggerGenOptions options)
    {
        options.AddSecurityDefinition(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "Access token from POST /api/v1/auth/email-signin?tokens=true; ten minutes long.",
        });
        options.AddSecurityDefinition(Cookie, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Cookie,
            Name = SessionCookies.Token,
            Description = "Set by sign-in without tokens=true. Requests that write must come from a page of ours: 403 csrf.",
        });
        options.AddSecurityDefinition(Service, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "Token that another service of the marketplace signed by itself. The Gateway forwards none of these routes.",
        });
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
}
