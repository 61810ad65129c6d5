using System.ComponentModel.DataAnnotations;
using Microsoft.OpenApi;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Text;

namespace Visuels.Products.Listing;

/// <summary>Words of a person: a bounded length without surrounding space, and no control characters but line ends and tabs, or none at all.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class TextAttribute(int shortest, int longest) : ValidationAttribute, ISchemaRule
{
    public int Shortest => shortest;

    public int Longest => longest;

    /// <summary>Whether it stands on one line, as titles do: in mails and lists.</summary>
    public bool OneLine { get; set; }

    public override bool IsValid(object? value) =>
        value is null
        || (value is string text
            && text.Trim().Length is var length && length >= shortest && length <= longest
            && (OneLine ? Lines.IsOne(text.Trim()) : !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))));

    public void Describe(OpenApiSchema schema)
    {
        schema.MinLength = shortest > 0 ? shortest : null;
        schema.MaxLength = longest;
    }

    public override string FormatErrorMessage(string name) => shortest > 0
        ? $"{name} must have {shortest} to {longest} characters{Kind}."
        : $"{name} may have at most {longest} characters{Kind}.";

    private string Kind => OneLine ? " on one line" : "";
}
