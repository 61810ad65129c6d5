using Visuels.Requirements;

// Writes the requirements' page from the reports of a test run, or tells whether the page that lies there is still true.
if (args is not [var reports, var page, .. var rest] || rest is not ([] or ["--check"]))
{
    await Console.Error.WriteLineAsync("Usage: dotnet run --project tests/Requirements -- REPORTS_FOLDER PAGE [--check]");
    return 2;
}

var proofs = TestReports.Read(reports);
var known = Catalogue.Parts.SelectMany(part => part.Rows).Select(row => row.Id).ToHashSet();
if (proofs.FirstOrDefault(proof => !known.Contains(proof.Key)) is { } unknown)
{
    await Console.Error.WriteLineAsync($"{unknown.First().Class} proves {unknown.Key}, which is no requirement.");
    return 1;
}

var text = Page.Write(proofs);
if (rest is [])
{
    await File.WriteAllTextAsync(page, text);
    return 0;
}

if (await File.ReadAllTextAsync(page) == text)
{
    return 0;
}

await Console.Error.WriteLineAsync($"{page} is not what the tests show. Write it anew, by the command without --check.");
return 1;
