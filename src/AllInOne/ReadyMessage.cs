namespace Visuels.AllInOne;

/// <summary>Where to look once everything is ready.</summary>
internal static class ReadyMessage
{
    public static async Task WriteAsync(TextWriter output, Marketplace marketplace, DataFolder folder)
    {
        await output.WriteLineAsync();
        await output.WriteLineAsync("Visuels is ready.");
        await output.WriteLineAsync($"  gateway   {marketplace.PublicUrl}");
        foreach (var (title, address) in marketplace.Pages)
        {
            await output.WriteLineAsync($"  swagger   {address}/swagger  ({title})");
        }

        await output.WriteLineAsync($"  mail      {marketplace.Mail}");
        await output.WriteLineAsync($"  store     {marketplace.Store}");
        await output.WriteLineAsync($"  bus       {marketplace.Bus}");
        await output.WriteLineAsync($"  data      {folder.Path}");
        foreach (var account in marketplace.Demo?.Accounts ?? [])
        {
            await output.WriteLineAsync($"  account   {account.Email}  {account.Password}  ({account.Role})");
        }

        await output.WriteLineAsync("Press Ctrl+C to stop.");
        await output.FlushAsync();
    }
}
