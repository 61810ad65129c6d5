using System.Xml.Linq;
using Visuels.Testing.Requirements;

namespace Visuels.Requirements;

/// <summary>One test method that proves something, and whether all its cases passed.</summary>
internal sealed record Proof(string Class, string Method, int Failed, int Skipped)
{
    public string Sentence => Method.Replace('_', ' ');
}

/// <summary>What the XML reports of a test run say.</summary>
internal static class TestReports
{
    /// <summary>The tests by the requirement that they prove, in the order of their names.</summary>
    public static ILookup<string, Proof> Read(string folder)
    {
        var cases =
            from file in Directory.EnumerateFiles(folder, "*.xunit.xml", SearchOption.AllDirectories)
            from test in XDocument.Load(file).Descendants("test")
            from trait in test.Descendants("trait")
            where (string?)trait.Attribute("name") == ProvesAttribute.Trait
            select (
                Requirement: (string)trait.Attribute("value")!,
                Class: ((string)test.Attribute("type")!).Split('.')[^1],
                Method: (string)test.Attribute("method")!,
                Result: (string)test.Attribute("result")!);
        var proofs =
            from one in cases.Distinct()
            group one.Result by (one.Requirement, one.Class, one.Method) into all
            orderby all.Key.Class, all.Key.Method
            select (
                all.Key.Requirement,
                Proof: new Proof(all.Key.Class, all.Key.Method, all.Count(result => result == "Fail"), all.Count(result => result is "Skip" or "NotRun")));
        return proofs.ToLookup(each => each.Requirement, each => each.Proof, StringComparer.Ordinal);
    }
}
