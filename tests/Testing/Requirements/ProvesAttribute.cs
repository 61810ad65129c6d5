using Xunit.v3;

namespace Visuels.Testing.Requirements;

/// <summary>Says which rows of the requirements' page a test, or all tests of a class, show. The page is generated from these.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class ProvesAttribute(string requirement) : Attribute, ITraitAttribute
{
    public const string Trait = "proves";

    /// <summary>One of the ids of <see cref="Requirement"/>, or <c>T1</c> to <c>T20</c>, the holes of the predecessor that must not come back.</summary>
    public string Id => requirement;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Trait, requirement)];
}
