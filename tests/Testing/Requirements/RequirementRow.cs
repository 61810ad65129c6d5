namespace Visuels.Testing.Requirements;

/// <summary>What the system must hold. Numbers beside ASVS are those of OWASP ASVS 5.0.0.</summary>
/// <param name="Id">By which tests name it.</param>
/// <param name="Part">Heading on the page.</param>
/// <param name="Asvs">ASVS requirements, or OWASP API Security Top 10 entries, that it covers.</param>
/// <param name="Text">The requirement, in one sentence.</param>
/// <param name="NotMet">What is missing or left to the deployment; null when all of it is met.</param>
public sealed record RequirementRow(string Id, string Part, string Asvs, string Text, string? NotMet = null);
