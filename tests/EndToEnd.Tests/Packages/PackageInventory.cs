using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml.Linq;

namespace Visuels.EndToEnd.Tests.Packages;

/// <summary>A package that is delivered with the programs.</summary>
/// <param name="Name">Its id.</param>
/// <param name="Version">Its exact version.</param>
/// <param name="Licence">An SPDX expression.</param>
internal sealed record Package(string Name, string Version, string? Licence);

/// <summary>The inventory of packages (CycloneDX): as it is delivered, and as the programs that were built here need it.</summary>
internal static class PackageInventory
{
    private static readonly string[] Programs =
        ["Visuels.Auth", "Visuels.Products", "Visuels.Orders", "Visuels.Chat", "Visuels.Jobs", "Visuels.Gateway", "Visuels.AllInOne", "Visuels.EmbeddedMongo"];

    /// <summary>Packages that bring their licence as a text, and what that is.</summary>
    private static readonly Dictionary<string, string> Texts = new() { ["Otp.NET"] = "MIT" };

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyList<Package> Delivered()
    {
        using var file = typeof(PackageInventory).Assembly.GetManifestResourceStream("sbom.json")!;
        using var inventory = JsonDocument.Parse(file);
        return
        [
            .. from component in inventory.RootElement.GetProperty("components").EnumerateArray()
               select new Package(component.Text("name"), component.Text("version"), component.GetProperty("licenses")[0].Text("expression")),
        ];
    }

    /// <summary>What the programs load, by name; the licence is null where the package itself is not on this machine.</summary>
    public static IReadOnlyList<Package> Built() =>
    [
        .. Programs.SelectMany(Libraries).Distinct().OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase).ThenBy(package => package.Version, StringComparer.Ordinal),
    ];

    public static string Write(IEnumerable<Package> packages) => JsonSerializer.Serialize(
        new
        {
            bomFormat = "CycloneDX",
            specVersion = "1.6",
            version = 1,
            metadata = new { component = new { type = "application", name = "visuels-server" } },
            components = from package in packages
                         select new
                         {
                             type = "library",
                             name = package.Name,
                             version = package.Version,
                             licenses = new[] { new { expression = package.Licence } },
                             purl = $"pkg:nuget/{package.Name}@{package.Version}",
                         },
        },
        Layout) + "\n";

    private static IEnumerable<Package> Libraries(string program)
    {
        using var resolved = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"{program}.deps.json")));
        foreach (var library in resolved.RootElement.GetProperty("libraries").EnumerateObject().Where(library => library.Value.Text("type") == "package"))
        {
            var words = library.Name.Split('/');
            yield return new Package(words[0], words[1], Licence(words[0], library.Value.Text("path")));
        }
    }

    private static string? Licence(string name, string path)
    {
        var folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var about = Path.Combine(folder, path, $"{name.ToLowerInvariant()}.nuspec");
        if (!File.Exists(about))
        {
            return null;
        }

        var licence = XDocument.Load(about).Descendants().FirstOrDefault(element => element.Name.LocalName == "license");
        return licence?.Attribute("type")?.Value == "expression" ? licence.Value : Texts.GetValueOrDefault(name, "unknown");
    }
}
