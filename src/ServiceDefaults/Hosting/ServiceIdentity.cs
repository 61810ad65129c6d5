namespace Visuels.ServiceDefaults.Hosting;

/// <summary>What a service is called, so that a host's own name never leaks in.</summary>
/// <param name="Name">Lower-case name: the audience of its tokens, the prefix of its queues, the name of its key file.</param>
/// <param name="Port">Where it listens unless told otherwise.</param>
/// <param name="Title">Title of its OpenAPI document.</param>
/// <param name="Assembly">Name of its assembly.</param>
public sealed record ServiceIdentity(string Name, int Port, string Title, string Assembly);
