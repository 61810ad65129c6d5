namespace Visuels.Benchmarks;

internal sealed record Settings(bool Quick, string Only)
{
    public const int Seed = 2026;

    public const int Rounds = 5;

    public TimeSpan WarmUp => Quick ? TimeSpan.FromSeconds(0.3) : TimeSpan.FromSeconds(1.5);

    public TimeSpan Round => Quick ? TimeSpan.FromSeconds(0.3) : TimeSpan.FromSeconds(1.2);

    public static bool TryParse(string[] args, out Settings settings)
    {
        settings = new Settings(false, "");
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--quick")
            {
                settings = settings with { Quick = true };
            }
            else if (args[i] == "--only" && i + 1 < args.Length)
            {
                settings = settings with { Only = args[++i] };
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
