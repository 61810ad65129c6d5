using System.Text;
using static System.FormattableString;

namespace Visuels.Requirements;

/// <summary>The page, in Markdown.</summary>
internal static class Page
{
    public static string Write(ILookup<string, Proof> proofs)
    {
        var page = new StringBuilder("""
            # What is defended, and the tests that show it

            Made from the last test run by `tests/Requirements`; not to be edited by hand. Numbers are those of OWASP ASVS 5.0.0 (L2 unless marked)
            and of the OWASP API Security Top 10 of 2023. A row is met when tests show it, all of them passed, and nothing is known to be missing.


            """);
        var rows = Catalogue.Parts.SelectMany(part => part.Rows).ToList();
        page.Append(Invariant($"{rows.Count} rows: {rows.Count(row => Met(row, proofs))} met, {rows.Count(row => !Met(row, proofs))} not met or not wholly.\n"));
        foreach (var part in Catalogue.Parts)
        {
            page.Append(Invariant($"\n## {part.Title}\n\n| requirement | ASVS | tests | result |\n|---|---|---|---|\n"));
            foreach (var row in part.Rows)
            {
                page.Append(Invariant($"| **{row.Id}** {row.Text} | {row.Asvs} | {Tests(proofs[row.Id])} | {Result(row, proofs)} |\n"));
            }
        }

        return page.ToString();
    }

    private static bool Met(RequirementRow row, ILookup<string, Proof> proofs) =>
        row.NotMet is null && proofs[row.Id].Any() && proofs[row.Id].All(proof => proof is { Failed: 0, Skipped: 0 });

    private static string Tests(IEnumerable<Proof> proofs) => string.Join(
        "<br>", proofs.GroupBy(proof => proof.Class).Select(tests => $"`{tests.Key}`: {string.Join("; ", tests.Select(test => test.Sentence))}"));

    private static string Result(RequirementRow row, ILookup<string, Proof> proofs)
    {
        var failed = proofs[row.Id].Count(proof => proof.Failed > 0);
        var skipped = proofs[row.Id].Count(proof => proof.Skipped > 0);
        return (failed, skipped, row.NotMet) switch
        {
            ( > 0, _, _) => $"**not met**: {failed} tests failed",
            (_, > 0, _) => $"**not shown**: {skipped} tests were skipped",
            (_, _, { } missing) when proofs[row.Id].Any() => $"**partly**: {missing}",
            (_, _, { } missing) => $"**not met**: {missing}",
            _ => proofs[row.Id].Any() ? "met" : "**not met**: no test shows it",
        };
    }
}
