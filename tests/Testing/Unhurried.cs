using MongoDB.Driver;

namespace Visuels.Testing;

/// <summary>Bounds of time that a machine busy with other things does not reach, for services in tests that are not about these bounds.</summary>
public static class Unhurried
{
    private static readonly TimeSpan OfTheStore = TimeSpan.FromSeconds(30);

    public static IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>
    {
        ["Requests:Timeout"] = "00:01:00",
        ["Requests:UploadTimeout"] = "00:05:00",
        ["Calls:Timeout"] = "00:00:20",
    };

    /// <summary>The same for a command line.</summary>
    public static IEnumerable<string> Arguments => Settings.Select(setting => $"--{setting.Key}={setting.Value}");

    /// <summary>The same for a process's environment.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Environment =>
        Settings.Select(setting => KeyValuePair.Create(setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value));

    /// <summary>The same for a connection string of MongoDB.</summary>
    public static string Store(string connection) => new MongoUrlBuilder(connection)
    {
        ServerSelectionTimeout = OfTheStore,
        ConnectTimeout = OfTheStore,
        WaitQueueTimeout = OfTheStore,
        SocketTimeout = 2 * OfTheStore,
    }.ToString();
}
