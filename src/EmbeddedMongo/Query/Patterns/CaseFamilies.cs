using System.Text;

namespace Visuels.EmbeddedMongo.Query.Patterns;

/// <summary>Characters that are the same to an expression which ignores case.</summary>
internal static class CaseFamilies
{
    // Those with members that neither a change to upper nor one to lower case leads to.
    private static readonly string[] Larger =
    [
        "sS\u017F", "\u00B5\u039C\u03BC", "\u0345\u0399\u03B9\u1FBE", "\u0392\u03B2\u03D0", "\u0395\u03B5\u03F5", "\u0398\u03B8\u03D1\u03F4", "\u039A\u03BA\u03F0",
        "\u03A0\u03C0\u03D6", "\u03A1\u03C1\u03F1", "\u03A3\u03C2\u03C3", "\u03A6\u03C6\u03D5", "\u0412\u0432\u1C80", "\u0414\u0434\u1C81", "\u041E\u043E\u1C82",
        "\u0421\u0441\u1C83", "\u0422\u0442\u1C84\u1C85", "\u042A\u044A\u1C86", "\u0462\u0463\u1C87", "\uA64A\uA64B\u1C88", "\u1E60\u1E61\u1E9B",
    ];

    /// <summary>Each family once; what has no other case is in none.</summary>
    public static IReadOnlyList<int[]> All { get; } = [.. Collect()];

    private static IEnumerable<int[]> Collect()
    {
        var families = new Dictionary<int, List<int>>();

        foreach (var letters in Larger)
        {
            Join(families, [.. letters.Select(c => (int)c)]);
        }

        for (var c = 0; c <= 0x1FFFF; c++)
        {
            if (Rune.IsValid(c) && !IsTooNew(c))
            {
                Join(families, [c, Rune.ToUpperInvariant(new Rune(c)).Value, Rune.ToLowerInvariant(new Rune(c)).Value]);
            }
        }

        return families.Values.Distinct().Select(family => family.ToArray());
    }

    // Letters that Unicode has got since the tables of MongoDB 7 were made.
    private static bool IsTooNew(int c) => c is 0x1C89 or 0x1C8A or 0xA7CB or 0xA7CC or 0xA7CD or 0xA7DA or 0xA7DB or 0xA7DC or (>= 0x10D50 and <= 0x10D8F);

    private static void Join(Dictionary<int, List<int>> families, int[] same)
    {
        var family = same.Select(c => families.GetValueOrDefault(c)).FirstOrDefault(f => f is not null);

        if (family is null && same.Distinct().Count() == 1)
        {
            return;
        }

        family ??= [];

        foreach (var c in same)
        {
            if (families.TryGetValue(c, out var other) && !ReferenceEquals(other, family))
            {
                other.ForEach(member => families[member] = family);
                family.AddRange(other);
            }
            else if (families.TryAdd(c, family))
            {
                family.Add(c);
            }
        }
    }
}
