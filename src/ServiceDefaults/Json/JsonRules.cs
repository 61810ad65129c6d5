using System.Text.Json;
using System.Text.Json.Serialization;

namespace Visuels.ServiceDefaults.Json;

/// <summary>How JSON is read and written on every HTTP and hub surface: strict about names, lenient about numbers and booleans in quotes.</summary>
public static class JsonRules
{
    /// <summary>Applies the rules to given options.</summary>
    /// <param name="options">Options with web defaults (camelCase).</param>
    public static void Apply(JsonSerializerOptions options)
    {
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.PropertyNameCaseInsensitive = false;
        // The storefront's forms send what their inputs hold: strings.
        options.NumberHandling = JsonNumberHandling.AllowReadingFromString;
        options.Converters.Add(new BooleanConverter());
        options.Converters.Add(new ObjectIdConverter());
        options.Converters.Add(new UtcTimeConverter());
        options.Converters.Add(new CleanStringConverter());
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
    }

    /// <summary>Options for calls between the services and for tests: web defaults with the rules.</summary>
    public static JsonSerializerOptions Web { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
