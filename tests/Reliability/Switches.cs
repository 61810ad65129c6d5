using System.Globalization;

namespace Visuels.Reliability;

/// <summary>What the command line asks for.</summary>
internal sealed record Switches(IReadOnlyList<string> Only, double Scale, int Seed, bool Sabotage)
{
    public const string Usage = "usage: [--only E1,E3] [--scale 0.1] [--seed N] [--sabotage]";

    public bool Asks(string name) => Only.Count == 0 || Only.Contains(name, StringComparer.OrdinalIgnoreCase);

    public static bool TryParse(string[] args, out Switches switches)
    {
        switches = new Switches([], 1, Random.Shared.Next(1, 1_000_000), false);
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--only" when value.Length > 0:
                    switches = switches with { Only = value.Split(',') };
                    i++;
                    break;
                case "--scale" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var scale) && scale is > 0 and <= 10:
                    switches = switches with { Scale = scale };
                    i++;
                    break;
                case "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed):
                    switches = switches with { Seed = seed };
                    i++;
                    break;
                case "--sabotage":
                    switches = switches with { Sabotage = true };
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
