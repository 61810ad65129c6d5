using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>The OpenAPI document at <c>/swagger/v1/swagger.json</c> and its page at <c>/swagger</c>.</summary>
internal static class SwaggerSetup
{
    private const string Description =
        "Errors are problem+json with a stable `code` for programs and a `message` for people. Numbers and booleans may come in quotes, members that are not "
        + "listed are refused, ids are 24 hexadecimal digits, times are in UTC. Lists go on with `nextCursor`.";

    public static void AddSwagger(this IServiceCollection services, ServiceIdentity identity)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", new OpenApiInfo { Title = identity.Title, Version = "v1", Description = Description });
            options.CustomOperationIds(OperationNames.Of);
            options.SupportNonNullableReferenceTypes();
            options.MapType<ObjectId>(IdFilter.Schema);
            CallerFilter.AddSchemes(options);
            options.SchemaFilter<SchemaRules>();
            options.ParameterFilter<SchemaRules>();
            options.OperationFilter<IdFilter>();
            options.OperationFilter<FormFilter>();
            options.OperationFilter<AnswerFilter>();
            options.OperationFilter<CallerFilter>();
            foreach (var documented in new[] { identity.Assembly, typeof(SwaggerSetup).Assembly.GetName().Name })
            {
                // A published service may leave the words of its code behind.
                var words = Path.Combine(AppContext.BaseDirectory, documented + ".xml");
                if (File.Exists(words))
                {
                    options.IncludeXmlComments(words);
                }
            }
        });
    }

    public static void UseSwaggerPages(this WebApplication app)
    {
        app.UseSwagger();
        app.UseSwaggerUI();
    }
}
