using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using Visuels.ServiceDefaults.Json;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>
/// Schemas say what the services hold: which members are always there, and the rules of the data annotations, wherever they stand on a
/// record (the library reads those of properties only, and not all of them).
/// </summary>
internal sealed class SchemaRules : ISchemaFilter, IParameterFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema { Properties: { Count: > 0 } members } type || context.MemberInfo is not null || context.ParameterInfo is not null)
        {
            return;
        }

        foreach (var property in JsonRules.Web.GetTypeInfo(context.Type).Properties)
        {
            if (!members.TryGetValue(property.Name, out var member))
            {
                continue;
            }

            var attributes = AttributesOf(property).ToList();
            if (IsAlwaysThere(property, attributes))
            {
                (type.Required ??= new HashSet<string>()).Add(property.Name);
            }

            if (member is OpenApiSchema own)
            {
                if (IsNeverNull(property, attributes))
                {
                    own.Type &= ~JsonSchemaType.Null;
                }

                Describe(own, attributes);
            }
            else if (member is OpenApiSchemaReference && property.IsGetNullable && !IsNeverNull(property, attributes))
            {
                members[property.Name] = new OpenApiSchema { Type = JsonSchemaType.Null | JsonSchemaType.Object, AllOf = [member] };
            }
        }
    }

    public void Apply(IOpenApiParameter parameter, ParameterFilterContext context)
    {
        if (parameter is OpenApiParameter { Schema: OpenApiSchema schema } own)
        {
            if (own is { In: ParameterLocation.Query, Name: { } name })
            {
                own.Name = char.ToLowerInvariant(name[0]) + name[1..];
            }

            Describe(schema, (context.PropertyInfo as ICustomAttributeProvider ?? context.ParameterInfo)?.GetCustomAttributes(true).OfType<Attribute>() ?? []);
        }
    }

    private static IEnumerable<Attribute> AttributesOf(JsonPropertyInfo property) =>
        (property.AttributeProvider?.GetCustomAttributes(true) ?? [])
            .Concat(property.AssociatedParameter?.AttributeProvider?.GetCustomAttributes(true) ?? [])
            .OfType<Attribute>();

    private static bool IsAlwaysThere(JsonPropertyInfo property, List<Attribute> attributes) =>
        (property.IsRequired || attributes.Exists(attribute => attribute is RequiredAttribute))
        && !attributes.Exists(attribute => attribute is JsonIgnoreAttribute { Condition: not JsonIgnoreCondition.Never });

    // What is left out when it is null, and what must be sent, is never null where it stands.
    private static bool IsNeverNull(JsonPropertyInfo property, List<Attribute> attributes) =>
        attributes.Exists(attribute => attribute is RequiredAttribute or JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull });

    internal static void Describe(OpenApiSchema schema, IEnumerable<Attribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            Describe(schema, attribute);
        }
    }

    private static void Describe(OpenApiSchema schema, Attribute attribute)
    {
        switch (attribute)
        {
            case ISchemaRule rule:
                rule.Describe(schema);
                break;
            case RequiredAttribute { AllowEmptyStrings: false } when schema.Type?.HasFlag(JsonSchemaType.String) == true:
                schema.MinLength = Math.Max(schema.MinLength ?? 1, 1);
                break;
            case StringLengthAttribute length:
                schema.MinLength = Math.Max(schema.MinLength ?? 0, length.MinimumLength) is > 0 and var shortest ? shortest : null;
                schema.MaxLength = length.MaximumLength;
                break;
            case MinLengthAttribute least when schema.Type?.HasFlag(JsonSchemaType.Array) == true:
                schema.MinItems = least.Length;
                break;
            case MaxLengthAttribute most when schema.Type?.HasFlag(JsonSchemaType.Array) == true:
                schema.MaxItems = most.Length;
                break;
            case RangeAttribute range:
                // The largest numbers bound nothing that their type does not, and lose digits on the way here.
                schema.Minimum = Convert.ToString(range.Minimum, CultureInfo.InvariantCulture);
                schema.Maximum = range.Maximum is >= 9e18 ? null : Convert.ToString(range.Maximum, CultureInfo.InvariantCulture);
                break;
            case RegularExpressionAttribute pattern:
                schema.Pattern = pattern.Pattern.StartsWith('^') ? pattern.Pattern : $"^(?:{pattern.Pattern})$";
                break;
            case AllowedValuesAttribute allowed:
                schema.Enum = [.. allowed.Values.OfType<string>().Select(value => JsonValue.Create(value))];
                break;
        }
    }
}

internal static class Numbers
{
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Text(double number) => ((decimal)number).ToString(CultureInfo.InvariantCulture);
}
