namespace Visuels.ServiceDefaults.Errors;

/// <summary>Another service or a third party did not answer in time; becomes 503 <c>dependency_unavailable</c>.</summary>
/// <param name="dependency">Which one, for the log; never shown to the caller.</param>
/// <param name="inner">What happened.</param>
public sealed class DependencyUnavailableException(string dependency, Exception? inner = null)
    : Exception($"{dependency} is not available.", inner);
