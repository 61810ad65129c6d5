using System.Globalization;

namespace Visuels.Fuzz;

/// <summary>What the command line asks for.</summary>
internal sealed record Switches(int Seed, int Requests, int Sequences, string? Service, string? Only)
{
    public const string OpenApi = "openapi";
    public const string StatefulSequences = "sequences";
    public const string Usage = "usage: [--seed N] [--requests 10000] [--sequences 2000] [--service order] [--only openapi|sequences]";

    public bool Asks(string part) => Only is null || Only == part;

    public static bool TryParse(string[] args, out Switches switches)
    {
        switches = new Switches(Random.Shared.Next(1, 1_000_000), 10_000, 2_000, null, null);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            switches = (args[i], value) switch
            {
                ("--seed", _) when isNumber => switches with { Seed = number },
                ("--requests", _) when isNumber => switches with { Requests = number },
                ("--sequences", _) when isNumber => switches with { Sequences = number },
                ("--service", _) when Rig.Market.Names.Contains(value) => switches with { Service = value },
                ("--only", OpenApi or StatefulSequences) => switches with { Only = value },
                _ => null!,
            };
            if (switches is null)
            {
                return false;
            }
        }

        return true;
    }
}
