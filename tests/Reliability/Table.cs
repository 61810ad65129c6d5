namespace Visuels.Reliability;

/// <summary>Prints figures as they come.</summary>
internal static class Table
{
    public static void Head() => Write("experiment", "", "reached", "asked", "verdict");

    public static void Title(string name, string what) => Console.WriteLine($"\n{name}  {what}");

    public static void Write(string name, Row row) => Write(name, row.What, row.Reached, row.Asked, row.Holds ? "holds" : "FALLS SHORT");

    private static void Write(string name, string what, string reached, string asked, string verdict) =>
        Console.WriteLine($"{name,-11} {what,-58} {reached,-40} {asked,-28} {verdict}");
}
