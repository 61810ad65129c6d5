using System.Diagnostics;

namespace Visuels.Testing;

/// <summary>Whether a Docker engine is here, and what it can run without pulling.</summary>
public static class DockerEngine
{
    /// <summary>Whether an engine answers and already holds the image.</summary>
    public static async Task<bool> HasImageAsync(string image)
    {
        try
        {
            using var docker = Process.Start(new ProcessStartInfo("docker", ["image", "inspect", image])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            await Task.WhenAll(docker.StandardOutput.ReadToEndAsync(), docker.StandardError.ReadToEndAsync(), docker.WaitForExitAsync());
            return docker.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No docker command on this machine.
            return false;
        }
    }
}
