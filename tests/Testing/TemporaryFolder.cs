namespace Visuels.Testing;

/// <summary>Folders that go when the test process ends.</summary>
public static class TemporaryFolder
{
    /// <summary>Makes one.</summary>
    /// <param name="prefix">What its name begins with.</param>
    public static string Create(string prefix)
    {
        var path = Directory.CreateTempSubdirectory(prefix).FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Delete(path);
        return path;
    }

    private static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (IOException)
        {
            // A process that was killed may still write there; the system's own cleaning takes it.
        }
    }
}
