using System.Globalization;
using MongoDB.Bson;
using Visuels.Products.Artworks;
using Visuels.Products.Categories;
using Visuels.ServiceDefaults.Images;

namespace Visuels.Products.Listing;

internal static class ProductFactory
{
    public static string CurrencyOf(ListProductForm form) => string.IsNullOrEmpty(form.Currency) ? CurrencyCodes.Default : form.Currency;

    /// <summary>The number of editions, or null when it is no whole number of the range.</summary>
    public static int? EditionsOf(ListProductForm form) => string.IsNullOrEmpty(form.Editions) ? 1
        : int.TryParse(form.Editions, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= ProductTexts.MostEditions ? number
        : null;

    /// <summary>The product that a valid form describes.</summary>
    public static Product Create(
        ListProductForm form, ObjectId artist, Price price, int editions, Category category, IEnumerable<StoredImage> images, DateTimeOffset now) => new()
        {
            Id = ObjectId.GenerateNewId(now.UtcDateTime),
            ArtistId = artist,
            Title = form.Title!.Trim(),
            ShortDescription = form.ShortDescription!.Trim(),
            Description = form.Description!.Trim(),
            Material = TextOrNull(form.Material),
            Price = price,
            Category = category,
            Images = [.. images],
            Dimension = new Dimension
            {
                Width = DecimalTextAttribute.Parse(form.Width),
                Height = DecimalTextAttribute.Parse(form.Height),
                Depth = DecimalTextAttribute.Parse(form.Depth),
                Orientation = TextOrNull(form.Orientation),
                Unit = TextOrNull(form.Unit) ?? Units.Centimetre,
            },
            Certified = form.Certified == "true",
            HandMade = form.HandMade == "true",
            FrameInclude = form.FrameInclude == "true",
            ArtistNote = TextOrNull(form.ArtistNote),
            Story = TextOrNull(form.Story),
            Editions = editions,
            CreatedAt = now,
            UpdatedAt = now,
        };

    public static string? TextOrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>The name as people see it: single spaces, none around.</summary>
    public static string CategoryName(string name) => string.Join(' ', name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
