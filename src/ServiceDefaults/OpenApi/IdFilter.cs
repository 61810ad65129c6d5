using Microsoft.OpenApi;
using MongoDB.Bson;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>Ids in the URL are ObjectIds; the library only sees something that can be read from text.</summary>
internal sealed class IdFilter : IOperationFilter
{
    public static OpenApiSchema Schema() => new() { Type = JsonSchemaType.String, Pattern = "^[0-9a-f]{24}$" };

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var ids = context.MethodInfo.GetParameters().Where(parameter => parameter.ParameterType == typeof(ObjectId)).Select(parameter => parameter.Name).ToHashSet();
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>().Where(parameter => ids.Contains(parameter.Name)) ?? [])
        {
            parameter.Schema = Schema();
        }
    }
}
