namespace Visuels.Auth.Sessions;

/// <summary>
/// Names a device by its User-Agent, so that its owner knows it again: "Firefox on Windows". Put together from our own words, whatever the
/// header says, and of any other program no more than its name.
/// </summary>
internal static class DeviceNames
{
    public const string Unknown = "Unknown device";

    private const int LongestProgram = 30;

    // The first that fits: most browsers also call themselves by others' names.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ];

    public static string Of(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent))
        {
            return Unknown;
        }

        var browser = Find(Browsers, userAgent);
        var system = Find(Systems, userAgent);
        return (browser, system) switch
        {
            ({ } b, { } s) => $"{b} on {s}",
            ({ } b, null) => b,
            (null, { } s) => s,
            _ => Program(userAgent),
        };
    }

    private static string? Find((string Mark, string Name)[] known, string userAgent) =>
        Array.Find(known, k => userAgent.Contains(k.Mark, StringComparison.Ordinal)).Name;

    private static string Program(string userAgent)
    {
        var name = userAgent.Split('/', ' ')[0];
        return name.Length is > 0 and <= LongestProgram && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? name : Unknown;
    }
}
