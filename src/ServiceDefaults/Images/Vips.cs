using NetVips;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Narrows libvips, once per process, to what uploads need.</summary>
internal static class Vips
{
    private static readonly Lazy<bool> Narrowed = new(() =>
    {
        // Uploads run side by side, bounded by the processor; threads within each would only compete.
        NetVips.NetVips.Concurrency = 1;
        // No upload comes twice, and every one may be hostile: nothing is worth remembering.
        Cache.Max = 0;
        Cache.MaxMem = 0;
        Cache.MaxFiles = 0;
        // It would print a line per oddity of a file; whether to take the file is decided by its errors.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, IgnoreWarning);
        NetVips.NetVips.BlockUntrusted = true;
        Operation.Block("VipsForeignLoad", true);
        Operation.Block("VipsForeignLoadJpeg", false);
        Operation.Block("VipsForeignLoadPng", false);
        Operation.Block("VipsForeignLoadWebp", false);
        return true;
    });

    // Held here, because native code keeps no reference.
    private static readonly Log.LogDelegate IgnoreWarning = (_, _, _) => { };

    public static void Narrow() => _ = Narrowed.Value;
}
