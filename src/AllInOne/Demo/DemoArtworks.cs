using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Products.Artworks;
using Visuels.Products.Categories;
using Visuels.ServiceDefaults.Images;

namespace Visuels.AllInOne.Demo;

/// <summary>Artworks for the demo: a few generated pictures, processed once as uploads are, and shared by all.</summary>
internal static class DemoArtworks
{
    private const int Pictures = 24;

    private static readonly string[] Moods = ["Quiet", "Amber", "Northern", "Broken", "Distant", "Early", "Salt", "Paper", "Slow", "Winter", "Silver"];
    private static readonly string[] Subjects = ["Harbour", "Garden", "Window", "Orchard", "Tide", "Staircase", "Meadow", "Rooftops", "Lantern", "River", "Field", "Letter", "Bridge"];
    private static readonly string[] Materials = ["Oil on canvas", "Acrylic on wood", "Ink on paper", "Archival print", "Gouache on board"];

    public static async Task<IReadOnlyList<Product>> CreateAsync(
        IServiceProvider product, IReadOnlyList<Account> artists, int count, DateTimeOffset now, CancellationToken ct)
    {
        var categories = await product.GetRequiredService<CategoryStore>().AllAsync(ct);
        var images = await ImagesAsync(product, Math.Min(count, Pictures), ct);
        return [.. Enumerable.Range(0, count).Select(number => Create(number, artists[number % artists.Count], categories[number % categories.Count], images[number % images.Length], now))];
    }

    private static async Task<StoredImage[]> ImagesAsync(IServiceProvider product, int count, CancellationToken ct)
    {
        var processor = product.GetRequiredService<ImageProcessor>();
        var store = product.GetRequiredService<IImageStore>();
        return await Task.WhenAll(Enumerable.Range(0, count).Select(async number =>
        {
            var picture = await Task.Run(() => DemoPictures.Make(number), ct);
            var image = await processor.ProcessAsync(picture, ct);
            return await store.SaveAsync(image, ImageNames.New(image), ct);
        }));
    }

    private static Product Create(int number, Account artist, Category category, StoredImage image, DateTimeOffset now)
    {
        var title = $"{Moods[number % Moods.Length]} {Subjects[number % Subjects.Length]}";
        // A minute apart, so that "newest" has an order.
        var listed = now.AddMinutes(-number);
        return new Product
        {
            Id = ObjectId.GenerateNewId(listed.UtcDateTime),
            ArtistId = artist.Id,
            Title = number < Moods.Length * Subjects.Length ? title : $"{title} No. {number}",
            ShortDescription = $"{title}, seen twice",
            Description = $"{title}: a study in {category.Name.ToLowerInvariant()}, made in one sitting and left to dry by an open window.",
            Material = Materials[number % Materials.Length],
            Price = Price.Of(40 + (number * 37 % 960), "USD")!,
            Category = category,
            Images = [image],
            Dimension = new Dimension
            {
                Width = image.Width / 20,
                Height = image.Height / 20,
                Orientation = image.Width > image.Height ? Orientations.Landscape : image.Width < image.Height ? Orientations.Portrait : Orientations.Square,
            },
            Certified = number % 3 == 0,
            HandMade = true,
            FrameInclude = number % 2 == 0,
            // Every fifth is a print of ten.
            Editions = number % 5 == 4 ? 10 : 1,
            CreatedAt = listed,
            UpdatedAt = listed,
        };
    }
}
