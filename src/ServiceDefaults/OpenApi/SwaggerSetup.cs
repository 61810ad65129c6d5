using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>The OpenAPI document at <c>/swagger/v1/swagger.json</c> and its page at <c>/swagger</c>.</summary>
internal static class SwaggerSetup
{
    public static void AddSwagger(this IServiceCollection services, ServiceIdentity identity)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", new OpenApiInfo { Title = identity.Title, Version = "v1" });
            options.SupportNonNullableReferenceTypes();
            options.MapType<ObjectId>(() => new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[0-9a-f]{24}$" });
            options.AddSecurityDefinition("bearer", new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "Access token from POST /api/v1/auth/email-signin?tokens=true. Browsers use the cookie instead.",
            });
            options.AddSecurityRequirement(document => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] });
        });
    }

    public static void UseSwaggerPages(this WebApplication app)
    {
        app.UseSwagger();
        app.UseSwaggerUI();
    }
}
