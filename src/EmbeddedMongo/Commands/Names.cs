using System.Buffers;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>Which names MongoDB takes for databases and collections.</summary>
internal static class Names
{
    private const int MaxNamespace = 255;
    private static readonly SearchValues<char> BadInDatabase = SearchValues.Create("/\\. \"$\0");

    public static void CheckDatabase(string name)
    {
        if (name.Length is 0 or > 63 || name.AsSpan().ContainsAny(BadInDatabase))
        {
            throw Invalid($"Invalid database name: '{name}'");
        }
    }

    public static void CheckCollection(string database, string name)
    {
        CheckDatabase(database);
        if (name.Length == 0 || name.StartsWith('.') || name.Contains('$', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal)
            || name.StartsWith("system.", StringComparison.Ordinal) || database.Length + name.Length >= MaxNamespace)
        {
            throw Invalid($"Invalid namespace specified '{database}.{name}'");
        }
    }

    private static MongoError Invalid(string message) => new(73, "InvalidNamespace", message);
}
