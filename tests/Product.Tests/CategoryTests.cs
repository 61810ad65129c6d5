using MongoDB.Driver;
using Visuels.Products.Categories;

namespace Visuels.Products.Tests;

public sealed class CategoryTests(ProductApp app) : IClassFixture<ProductApp>
{
    [Fact]
    public async Task The_forms_categories_are_there_from_the_start()
    {
        var categories = await NamesAsync();

        Assert.Superset(
            new HashSet<string> { "Abstract", "Nature", "Urban", "Digital", "Portrait", "Landscape", "Minimalist", "Contemporary" }, categories.ToHashSet());
        Assert.Equal(categories.Order(StringComparer.Ordinal), categories);
    }

    [Fact]
    public async Task A_new_name_makes_a_category_once_however_it_is_spelt()
    {
        var artist = app.NewArtist();

        var first = await artist.ListAsync(("category", "Café  Scenes"));
        var second = await artist.ListAsync(("category", " cafe scenes "));

        Assert.Equal("Café Scenes", first.GetProperty("category").GetProperty("name").GetString());
        Assert.Equal(first.GetProperty("category").Id(), second.GetProperty("category").Id());
        Assert.Single(await NamesAsync(), name => name.StartsWith("Caf", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parallel_products_of_a_new_category_make_it_once()
    {
        var artist = app.NewArtist();

        var products = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => artist.ListAsync(("category", "Race cars"))));

        Assert.Single(products.Select(product => product.GetProperty("category").Id()).Distinct());
        var categories = app.Service.Database.GetCollection<Category>("categories");
        Assert.Equal(1, await categories.CountDocumentsAsync(c => c.Slug == "race-cars", cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_slug_keeps_the_letters_of_any_script()
    {
        Assert.Equal("street-art-2", Slug.Of(" Street  Art, #2! "));
        Assert.Equal("etude-ete", Slug.Of("Étude / ÉTÉ"));
        Assert.Equal("日本", Slug.Of("日本"));
        Assert.NotEqual(Slug.Of("中国"), Slug.Of("日本"));
        Assert.Equal("हिन्दी", Slug.Of("हिन्दी"));
        Assert.Equal("живопись", Slug.Of("Живопись"));
        Assert.Null(Slug.Of("!?"));
        Assert.Null(Slug.Of("\u0301"));
    }

    private async Task<string[]> NamesAsync() =>
    [
        .. (await app.Anonymous.GetOkAsync($"{ProductApp.Root}/categories")).GetProperty("allCategory").EnumerateArray()
            .Select(category => category.GetProperty("name").GetString()!),
    ];
}
