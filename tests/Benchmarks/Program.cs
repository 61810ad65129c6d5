using Visuels.Benchmarks;
using Visuels.Benchmarks.EmbeddedMongo;

if (!Settings.TryParse(args, out var settings))
{
    Console.Error.WriteLine("usage: [--quick] [--only NAME]    NAME is a part of the benchmarks' names");
    return 2;
}

await using var stores = new Stores();
var all = EmbeddedMongoBenchmarks.All(stores, settings);
var chosen = all.Where(b => b.Name.Contains(settings.Only, StringComparison.OrdinalIgnoreCase)).ToList();
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"No benchmark is named like that. There are: {string.Join(", ", all.Select(b => b.Name))}");
    return 2;
}

var results = await Runner.RunAsync(chosen, settings);
Report.Write(results, EmbeddedMongoBenchmarks.Comparisons);
return 0;
