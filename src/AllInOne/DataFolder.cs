using Visuels.ServiceDefaults.Hosting;

namespace Visuels.AllInOne;

/// <summary>Where this process keeps its store, images and keys; a temporary one is deleted at the end.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly bool _temporary;

    private DataFolder(string path, bool temporary) => (Path, _temporary) = (path, temporary);

    public string Path { get; }

    public string Mongo => System.IO.Path.Combine(Path, "mongo");

    public string Images => System.IO.Path.Combine(Path, "images");

    public string Keys => System.IO.Path.Combine(Path, "keys");

    public static DataFolder Open(Switches switches)
    {
        if (switches.Ephemeral)
        {
            return new DataFolder(Directory.CreateTempSubdirectory("visuels-").FullName, temporary: true);
        }

        var path = System.IO.Path.GetFullPath(switches.DataFolder);
        try
        {
            Directory.CreateDirectory(path);
            var probe = System.IO.Path.Combine(path, $".write-{Guid.NewGuid():N}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new StartupException($"The data folder {path} cannot be written: {e.Message}");
        }

        return new DataFolder(path, temporary: false);
    }

    public void Dispose()
    {
        if (_temporary)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException)
            {
                // A temporary folder that stays is the system's to clean.
            }
        }
    }
}
