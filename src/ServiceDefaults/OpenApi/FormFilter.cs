using Microsoft.AspNetCore.Builder;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>A multipart form as its document shows it.</summary>
/// <param name="Texts">Its text fields; null where the form is a type of its own, which tells them.</param>
/// <param name="Files">Its files, by field.</param>
public sealed record FormDescription(OpenApiSchema? Texts, IReadOnlyList<FileField> Files);

/// <summary>A field of a form that takes images.</summary>
/// <param name="Name">The field.</param>
/// <param name="Most">How many files at most.</param>
/// <param name="IsRequired">Whether there must be one.</param>
public sealed record FileField(string Name, int Most = 1, bool IsRequired = false);

/// <summary>Says what the multipart form of a route holds.</summary>
public static class FormRoutes
{
    /// <summary>The route's form holds these files besides the fields of the type that it binds.</summary>
    /// <param name="route">A route that binds a form.</param>
    /// <param name="files">Its files.</param>
    public static T HasForm<T>(this T route, params FileField[] files)
        where T : IEndpointConventionBuilder => route.HasForm(null, files);

    /// <summary>The route's form holds these texts and files.</summary>
    /// <param name="route">A route that binds a form.</param>
    /// <param name="texts">An object whose properties are the text fields.</param>
    /// <param name="files">Its files.</param>
    public static T HasForm<T>(this T route, OpenApiSchema? texts, params FileField[] files)
        where T : IEndpointConventionBuilder
    {
        route.Add(endpoint => endpoint.Metadata.Add(new FormDescription(texts, files)));
        return route;
    }
}

/// <summary>Shows forms with their files, one part each, as multipart only.</summary>
internal sealed class FormFilter : IOperationFilter
{
    private const string Multipart = "multipart/form-data";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var form = context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<FormDescription>().LastOrDefault();
        if (form is null || operation.RequestBody is not OpenApiRequestBody { Content: { } contents } body || !contents.TryGetValue(Multipart, out var known))
        {
            return;
        }

        var texts = form.Texts ?? Resolve(known.Schema, context.SchemaRepository);
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = texts?.Properties is { } fields ? new Dictionary<string, IOpenApiSchema>(fields) : [],
            Required = texts?.Required is { } required ? new HashSet<string>(required) : [],
            // A form of a type of its own takes no notice of fields that it does not know.
            AdditionalPropertiesAllowed = form.Texts?.AdditionalPropertiesAllowed ?? true,
        };
        foreach (var file in form.Files)
        {
            var image = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
            schema.Properties[file.Name] = file.Most == 1 ? image : new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = image,
                MinItems = file.IsRequired ? 1 : null,
                MaxItems = file.Most,
            };
            if (file.IsRequired)
            {
                schema.Required.Add(file.Name);
            }
        }

        body.Required = schema.Required.Count > 0;
        contents.Clear();
        contents[Multipart] = new OpenApiMediaType { Schema = schema };
    }

    private static OpenApiSchema? Resolve(IOpenApiSchema? schema, SchemaRepository schemas)
    {
        var id = (schema as OpenApiSchemaReference)?.Reference.Id;
        return (id is null ? schema : schemas.Schemas[id]) as OpenApiSchema;
    }
}
