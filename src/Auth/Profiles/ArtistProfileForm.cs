using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Microsoft.OpenApi;
using Visuels.ServiceDefaults.Images;

namespace Visuels.Auth.Profiles;

/// <summary>The form of an artist's profile. Lists come joined by commas, as JSON arrays or as repeated fields: clients have sent all of these.</summary>
internal sealed class ArtistProfileForm
{
    private const int LongestItem = 60;
    private const int MostItems = 20;

    private static readonly Dictionary<string, int> TextFields = new()
    {
        ["bio"] = 500,
        ["about"] = 5_000,
        ["tagline"] = 140,
        ["city"] = 100,
        ["state"] = 100,
        ["country"] = 100,
    };

    private static readonly string[] ListFields = ["specialist", "stylesAndThemes", "languages"];
    private static readonly string[] ImageFields = ["avatar", "banner"];
    private static readonly string[] Required = ["bio", "city", "state", "country"];

    public Dictionary<string, string> Texts { get; } = [];

    public Dictionary<string, List<string>> Lists { get; } = [];

    public Dictionary<string, StoredImage> Images { get; } = [];

    /// <summary>Whether everything is there that a finished profile needs.</summary>
    public bool IsComplete =>
        Required.All(name => Texts.TryGetValue(name, out var text) && text.Length > 0)
        && ListFields.All(name => Lists.TryGetValue(name, out var items) && items.Count > 0);

    /// <summary>The text fields, for the OpenAPI document.</summary>
    public static OpenApiSchema Describe(bool isNew) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = TextFields
            .ToDictionary(field => field.Key, IOpenApiSchema (field) => new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = field.Value })
            .Concat(ListFields.Select(name => KeyValuePair.Create(name, (IOpenApiSchema)new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = $"Joined by commas, or a JSON array, or the field repeated: at most {MostItems} texts of at most {LongestItem} characters.",
            })))
            .ToDictionary(),
        Required = isNew ? Required.Concat(ListFields).ToHashSet() : [],
        AdditionalPropertiesAllowed = false,
    };

    /// <summary>Reads the texts and lists of a form, and checks the names of its files.</summary>
    /// <returns>The form, or what is wrong with it.</returns>
    public static (ArtistProfileForm? Form, string? Problem) Read(IFormCollection form)
    {
        var read = new ArtistProfileForm();
        foreach (var (name, values) in form)
        {
            if (read.Add(name.EndsWith("[]", StringComparison.Ordinal) ? name[..^2] : name, values) is { } problem)
            {
                return (null, problem);
            }
        }

        return form.Files.FirstOrDefault(file => !ImageFields.Contains(file.Name)) is { } stranger
            ? (null, $"There is no file field '{Short(stranger.Name)}'.")
            : form.Files.GroupBy(file => file.Name).Any(files => files.Count() > 1) ? (null, "One avatar and one banner at most.") : (read, null);
    }

    private string? Add(string name, StringValues values)
    {
        if (TextFields.TryGetValue(name, out var longest))
        {
            var text = values.ToString().Trim();
            Texts[name] = text;
            return values.Count == 1 && ProfileRules.IsText(text, longest)
                ? null
                : $"{name} is one text of at most {longest} characters, without control characters.";
        }

        if (!ListFields.Contains(name))
        {
            return $"There is no field '{Short(name)}'.";
        }

        var items = values.OfType<string>().Select(Items).ToList();
        var all = items.OfType<string[]>().SelectMany(item => item).Select(item => item.Trim()).Where(item => item.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        Lists[name] = all;
        return items.Contains(null) || all.Count > MostItems || all.Exists(item => !ProfileRules.IsText(item, LongestItem))
            ? $"{name} is a list of at most {MostItems} texts of at most {LongestItem} characters."
            : null;
    }

    private static string[]? Items(string value)
    {
        if (!value.TrimStart().StartsWith('['))
        {
            return value.Split(',');
        }

        try
        {
            return JsonSerializer.Deserialize<string[]>(value) is { } items && Array.TrueForAll(items, item => item is not null) ? items : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Short(string name) => name.Length <= 40 ? name : name[..40];
}
