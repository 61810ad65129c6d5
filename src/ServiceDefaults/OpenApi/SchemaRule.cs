using Microsoft.OpenApi;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>An attribute of a property or parameter that tells its OpenAPI schema what it allows.</summary>
public interface ISchemaRule
{
    /// <summary>Writes the rule down.</summary>
    /// <param name="schema">The schema of the property or parameter.</param>
    void Describe(OpenApiSchema schema);
}

/// <summary>A whole number that is bound as text, so that a bad one gets an answer that names the rule. Documents; checks nothing.</summary>
/// <param name="least">The smallest allowed.</param>
/// <param name="most">The largest allowed.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WholeNumberAttribute(long least, long most) : Attribute, ISchemaRule
{
    /// <summary>The smallest allowed.</summary>
    public long Least => least;

    /// <summary>The largest allowed.</summary>
    public long Most => most;

    /// <inheritdoc/>
    public void Describe(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Integer;
        schema.Format = most > int.MaxValue ? "int64" : "int32";
        schema.Minimum = Numbers.Text(least);
        schema.Maximum = Numbers.Text(most);
    }
}

/// <summary>A number that is bound as text: left to itself the library takes a comma for thousands. Documents; checks nothing.</summary>
/// <param name="least">The smallest allowed.</param>
/// <param name="most">The largest allowed.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DecimalNumberAttribute(double least, double most) : Attribute, ISchemaRule
{
    /// <summary>The smallest allowed.</summary>
    public double Least => least;

    /// <summary>The largest allowed.</summary>
    public double Most => most;

    /// <inheritdoc/>
    public void Describe(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Number;
        schema.Minimum = Numbers.Text(least);
        schema.Maximum = Numbers.Text(most);
    }
}

/// <summary>A text that is one of a few words. Documents; checks nothing.</summary>
/// <param name="words">The words.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class OneOfAttribute(params string[] words) : Attribute, ISchemaRule
{
    /// <summary>The words.</summary>
    public IReadOnlyList<string> Words => words;

    /// <inheritdoc/>
    public void Describe(OpenApiSchema schema) => schema.Enum = [.. words.Select(word => System.Text.Json.Nodes.JsonValue.Create(word))];
}

/// <summary>A bounded text. Documents; checks nothing.</summary>
/// <param name="longest">Most characters.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class AtMostAttribute(int longest) : Attribute, ISchemaRule
{
    /// <summary>Most characters.</summary>
    public int Longest => longest;

    /// <inheritdoc/>
    public void Describe(OpenApiSchema schema) => schema.MaxLength = longest;
}
