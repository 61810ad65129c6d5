namespace Visuels.Requirements;

/// <summary>What the system must hold.</summary>
/// <param name="Id">By which tests name it.</param>
/// <param name="Asvs">Requirements of OWASP ASVS 5.0.0, and entries of the OWASP API Security Top 10 of 2023, that it covers.</param>
/// <param name="Text">The requirement, in one sentence.</param>
/// <param name="NotMet">What is missing, or left to whoever deploys; null when all of it is met.</param>
internal sealed record RequirementRow(string Id, string Asvs, string Text, string? NotMet = null);

/// <summary>A heading of the page and the rows below it.</summary>
internal sealed record RequirementPart(string Title, IReadOnlyList<RequirementRow> Rows);
