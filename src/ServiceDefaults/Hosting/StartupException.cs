namespace Visuels.ServiceDefaults.Hosting;

/// <summary>A process cannot start as it is configured; the message is one line for the operator.</summary>
/// <param name="message">What is wrong and what to set.</param>
public sealed class StartupException(string message) : Exception(message);
