using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Faults;

/// <summary>An environment variable with names of faults; read once, refused where customers are.</summary>
internal sealed class FaultSwitch(string variable, IReadOnlyDictionary<string, IReadOnlyList<string>> known)
{
    private readonly string[] _names =
        (Environment.GetEnvironmentVariable(variable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public bool Is(string name) => _names.Length > 0 && Array.IndexOf(_names, name) >= 0;

    /// <exception cref="StartupException">The variable is set in Production, or names what there is not.</exception>
    public void Check(bool production)
    {
        if (_names.Length > 0 && production)
        {
            throw new StartupException($"{variable} is for tests and must not be set in Production.");
        }

        if (_names.FirstOrDefault(name => !known.ContainsKey(name)) is { } unknown)
        {
            throw new StartupException($"{variable}: there is no '{unknown}'. There is: {string.Join(", ", known.Keys)}.");
        }
    }
}
