using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Secrets;

/// <summary>
/// Settings that lie in files, so that neither a command line nor an environment shows them: one file a setting, named as in the
/// environment (<c>ConnectionStrings__RabbitMq</c>), its content the value. A file wins over all other sources.
/// </summary>
internal static class SecretFiles
{
    /// <summary>Where container engines put secrets; read where it is there.</summary>
    private const string Usual = "/run/secrets";

    public static void AddSecretFiles(this ConfigurationManager configuration, IHostEnvironment environment)
    {
        var folder = configuration["Secrets:Folder"];
        if (!string.IsNullOrEmpty(folder) && !Directory.Exists(folder))
        {
            throw new StartupException($"Secrets:Folder: {Path.GetFullPath(folder)} is not there.");
        }

        var read = string.IsNullOrEmpty(folder) ? Usual : Path.GetFullPath(folder);
        if (Directory.Exists(read) && (!string.IsNullOrEmpty(folder) || environment.IsProduction()))
        {
            configuration.AddKeyPerFile(source =>
            {
                source.FileProvider = new PhysicalFileProvider(read);
                // What has no value is no secret: an optional one that an operator left empty.
                source.IgnoreCondition = name => name.StartsWith('.') || new FileInfo(Path.Combine(read, name)).Length == 0;
            });
        }
    }
}
