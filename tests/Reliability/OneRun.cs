namespace Visuels.Reliability;

/// <summary>One run on a machine at a time: two would spoil each other's figures.</summary>
internal static class OneRun
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Waits for its turn, which ends when the answer is disposed of or the process ends.</summary>
    public static async Task<IAsyncDisposable> BeginAsync(CancellationToken ct)
    {
        var path = Path.Combine(Path.GetTempPath(), "visuels-reliability.lock");
        using var timer = new PeriodicTimer(Look);
        for (var told = false; ; told = true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (!told)
                {
                    Console.WriteLine("Another run is under way on this machine; waiting for its end.");
                }

                await timer.WaitForNextTickAsync(ct);
            }
        }
    }
}
