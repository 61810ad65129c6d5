using System.Text;

namespace Visuels.EmbeddedMongo.Wire;

/// <summary>The top-level fields that some paths begin with, found without making a string of every name that comes by.</summary>
internal sealed class FieldSet(IEnumerable<string> paths)
{
    private readonly (byte[] Utf8, string Name)[] _names = [.. paths.Select(p => p.Split('.')[0]).Distinct().Select(n => (Encoding.UTF8.GetBytes(n), n))];

    public int Count => _names.Length;

    public string? Find(ReadOnlySpan<byte> utf8)
    {
        foreach (var (bytes, name) in _names)
        {
            if (utf8.SequenceEqual(bytes))
            {
                return name;
            }
        }

        return null;
    }
}
