using System.Globalization;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using Visuels.Auth.Keys;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Operator;

/// <summary>
/// <c>keys list</c> and <c>keys rotate</c>, on the files of <c>Keys:Folder</c>. The running service finds a new key by itself and takes its time
/// over it, so that there is nothing to restart and nothing to break by calling it twice.
/// </summary>
internal static class KeyCommands
{
    private const string Usage = """
        Usage:
          keys list      the keys for access tokens, and what each is for
          keys rotate    makes the next one
        """;

    /// <returns>The process's exit code: 0 when done, 1 when not, 2 when the command is not understood.</returns>
    public static async Task<int> RunAsync(string[] args, TimeProvider clock, TextWriter output, TextWriter errors)
    {
        if (args is not ["keys", ("list" or "rotate") and var verb, .. var configuration])
        {
            await errors.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            var options = new KeyOptions();
            new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(configuration).Build().GetSection("Keys").Bind(options);
            // An environment of its own: what is here is the operator's to make.
            var folder = new KeyFolder(Options.Create(options), new HostingEnvironment { EnvironmentName = Environments.Production });
            if (Names(folder).Count == 0)
            {
                await errors.WriteLineAsync($"There is no signing key in {folder.PathOf("")}.");
                return 1;
            }

            if (verb == "rotate")
            {
                await output.WriteLineAsync(Rotate(folder, clock.GetUtcNow()));
            }

            await ListAsync(folder, clock.GetUtcNow(), output);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StartupException)
        {
            await errors.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static string Rotate(KeyFolder folder, DateTimeOffset now)
    {
        if (Names(folder).Find(key => key.From > now) is { Name: not null } next)
        {
            return $"There is a next key already: {next.Name}.";
        }

        foreach (var (name, _) in Names(folder).Except(SigningKeys.Published(Names(folder), key => key.From, now)))
        {
            folder.DeletePrivateKey(name);
        }

        var made = SigningKey.NameFor(now + SigningKeys.Lead);
        folder.MakePrivateKey(made);
        return $"Made {made}. It is published now and signs in {SigningKeys.Lead.TotalMinutes} minutes; the present one is published for {SigningKeys.Retained.TotalMinutes} minutes after that.";
    }

    private static async Task ListAsync(KeyFolder folder, DateTimeOffset now, TextWriter output)
    {
        var keys = Names(folder);
        var published = SigningKeys.Published(keys, key => key.From, now).ToList();
        var signing = keys.FindLast(key => key.From <= now);
        foreach (var key in keys)
        {
            var use = key.From > now ? $"signs from {key.From.ToString("u", CultureInfo.InvariantCulture)}"
                : key == signing ? "signs"
                : published.Contains(key) ? "checks its last tokens"
                : "is over; the next rotation deletes it";
            await output.WriteLineAsync($"{key.Name} {use}");
        }
    }

    private static List<(string Name, DateTimeOffset From)> Names(KeyFolder folder) =>
    [
        .. folder.PrivateKeysLike(KeyFolder.SigningKey)
            .Select(name => (Name: name, From: SigningKey.FromOf(name)))
            .Where(key => key.From is not null)
            .Select(key => (key.Name, key.From!.Value))
            .OrderBy(key => key.Value),
    ];
}
