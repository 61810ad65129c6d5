namespace Visuels.ServiceDefaults.Security;

/// <summary>
/// Copies of a key folder, one folder for each service with what that one needs: who breaks into Order finds there neither the key that
/// signs users' tokens nor the one that opens messages. Auth, which makes tokens and keys, has the whole folder.
/// </summary>
internal static class KeyShares
{
    /// <summary>Brings the folders of services below a folder up to date; what lies there already is replaced where it differs.</summary>
    /// <param name="keys">The whole key folder.</param>
    /// <param name="shares">Folder with the services' folders, named as they are.</param>
    public static void Write(string keys, string shares)
    {
        foreach (var service in TokenRules.Services.Where(service => service != "auth"))
        {
            var share = Directory.CreateDirectory(Path.Combine(shares, service)).FullName;
            foreach (var file in FilesOf(service))
            {
                Copy(Path.Combine(keys, file), Path.Combine(share, file));
            }
        }
    }

    /// <summary>What a service reads of the key folder in Production.</summary>
    /// <param name="service">Its name, not <c>auth</c>.</param>
    public static IEnumerable<string> FilesOf(string service) =>
    [
        .. TokenRules.Services.Select(one => $"{one}.pub.pem"),
        $"{service}.pem",
        .. service switch
        {
            "chat" => [KeyFolder.ChatRing],
            "jobs" => [KeyFolder.SealingRing],
            _ => Array.Empty<string>(),
        },
    ];

    private static void Copy(string from, string to)
    {
        var content = File.ReadAllText(from);
        if (File.Exists(to) && File.ReadAllText(to) == content)
        {
            return;
        }

        // Written aside, with the mode of the original: a process never reads half a key.
        var aside = $"{to}.{Guid.NewGuid():N}";
        File.Copy(from, aside);
        File.Move(aside, to, overwrite: true);
    }
}
