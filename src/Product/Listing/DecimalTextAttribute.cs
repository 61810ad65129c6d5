using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.OpenApi;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Products.Listing;

/// <summary>A number of a form: digits, perhaps a point and more digits. A comma would mean thousands to some and decimals to others.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DecimalTextAttribute : ValidationAttribute, ISchemaRule
{
    public double Most { get; init; } = 1e12;

    public override bool IsValid(object? value) =>
        value is null or "" || (value is string text && Parse(text) is { } number && number >= 0 && number <= (decimal)Most);

    public void Describe(OpenApiSchema schema)
    {
        schema.Pattern = @"^([0-9]+(\.[0-9]*)?)?$";
        schema.Description = $"{schema.Description} A number from 0 to {Most.ToString(CultureInfo.InvariantCulture)}, with a point.".TrimStart();
    }

    public override string FormatErrorMessage(string name) => $"{name} must be a number from 0 to {Most.ToString(CultureInfo.InvariantCulture)}.";

    internal static decimal? Parse(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
