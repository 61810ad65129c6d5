using System.Buffers;
using System.Text;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>Which names MongoDB takes for databases and collections.</summary>
internal static class Names
{
    private const int MaxDatabase = 63;
    private const int MaxNamespace = 255;
    private static readonly SearchValues<char> BadInDatabase = SearchValues.Create("/\\. \"$\0");

    public static void CheckDatabase(string name)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > MaxDatabase || name.AsSpan().ContainsAny(BadInDatabase))
        {
            throw Invalid($"Invalid database name: '{name}'");
        }
    }

    public static void CheckCollection(string database, string name)
    {
        CheckDatabase(database);
        if (name.Length == 0 || name.StartsWith('.') || name.Contains('$', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal)
            || name.StartsWith("system.", StringComparison.Ordinal) || Encoding.UTF8.GetByteCount($"{database}.{name}") > MaxNamespace)
        {
            throw Invalid($"Invalid namespace specified '{database}.{name}'");
        }
    }

    private static MongoError Invalid(string message) => new(73, "InvalidNamespace", message);
}
