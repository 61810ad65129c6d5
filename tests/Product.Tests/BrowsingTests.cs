using System.Net;
using System.Text.Json;
using MongoDB.Bson;
using Visuels.Testing.Requirements;

namespace Visuels.Products.Tests;

public sealed class BrowsingTests(ProductApp app) : IClassFixture<ProductApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Anyone_sees_the_newest_products_first_with_what_the_storefront_reads()
    {
        var artist = app.NewArtist();
        await artist.ListAsync(("title", "First"));
        await artist.ListAsync(("title", "Second"));

        var list = await app.Anonymous.GetOkAsync($"{ProductApp.Root}?artist={artist.Card.Username}");

        // The artist is known from the first detail or event; until then nobody has that name.
        Assert.Empty(list.Titles());
        await app.KnowAsync(artist);
        list = await app.Anonymous.GetOkAsync($"{ProductApp.Root}?artist={artist.Card.Username}");
        Assert.Equal(["Second", "First"], list.Titles());
        Assert.Equal(("fetched products", 1, 9, 2, false), (
            list.GetProperty("msg").GetString(),
            list.GetProperty("page").GetInt32(),
            list.GetProperty("limit").GetInt32(),
            list.GetProperty("total").GetInt32(),
            list.GetProperty("hasMore").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, list.GetProperty("nextCursor").ValueKind);
        var product = list.GetProperty("products")[0];
        string[] read = ["_id", "title", "price", "shortDescription", "category", "rating", "likes", "views", "images", "certified", "status"];
        Assert.All(read, field => Assert.True(product.TryGetProperty(field, out _), field));
        Assert.Equal("Landscape", product.GetProperty("category").GetProperty("name").GetString());
    }

    [Fact]
    [Proves(Requirement.FieldRights), Proves("T14")]
    public async Task A_product_is_shown_in_full_with_its_artist_but_not_the_artists_address()
    {
        var artist = app.NewArtist();
        var id = (await artist.ListAsync()).Id();

        using var response = await app.Anonymous.GetAsync($"{ProductApp.Root}/{id}", Ct);

        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.DoesNotContain("@example.com", text, StringComparison.Ordinal);
        var product = JsonDocument.Parse(text).RootElement.GetProperty("product");
        Assert.Equal("Oil on canvas, painted at dawn.", product.GetProperty("description").GetString());
        Assert.Equal("It was cold.", product.GetProperty("story").GetString());
        var detail = product.GetProperty("artistDetail");
        Assert.Equal((artist.Card.Name, artist.Card.Username), (detail.GetProperty("name").GetString(), detail.GetProperty("username").GetString()));
    }

    [Fact]
    [Proves("T17")]
    public async Task What_does_not_exist_is_404_and_what_is_no_id_is_400()
    {
        using var unknown = await app.Anonymous.GetAsync($"{ProductApp.Root}/{ObjectId.GenerateNewId()}", Ct);
        using var malformed = await app.Anonymous.GetAsync($"{ProductApp.Root}/42", Ct);

        Assert.Equal("not_found", await unknown.ProblemAsync(HttpStatusCode.NotFound));
        Assert.Equal("invalid_query", await malformed.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("page=0")]
    [InlineData("page=-1")]
    [InlineData("page=x")]
    [InlineData("page=2147483647")]
    [InlineData("page=9000&limit=50")]
    [InlineData("limit=0")]
    [InlineData("limit=51")]
    [InlineData("sort=random")]
    [InlineData("cursor=nonsense")]
    [InlineData("page=1&cursor=nonsense")]
    [InlineData("minPrice=-1")]
    [InlineData("maxPrice=much")]
    [InlineData("maxPrice=1,5")]
    [InlineData("minPrice=1%200")]
    [InlineData("minPrice=1e3")]
    [InlineData("status=GONE")]
    [InlineData("orientation=ROUND")]
    [InlineData("q=a&q=b")]
    [InlineData("category=a&category=b")]
    [InlineData("q=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [Proves(Requirement.Paging), Proves(Requirement.Validation)]
    public async Task A_bad_query_is_400(string query)
    {
        using var response = await app.Anonymous.GetAsync($"{ProductApp.Root}?{query}", Ct);

        Assert.Equal("invalid_query", await response.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("(a%2B)%2B%24")]
    [InlineData(".*")]
    [InlineData("%5B")]
    [InlineData("(")]
    [InlineData("%22")]
    [InlineData("-harbour")]
    [InlineData("%24where")]
    [InlineData("%00")]
    [Proves(Requirement.Injection), Proves("T10")]
    public async Task Signs_of_a_search_language_are_only_signs(string q)
    {
        using var response = await app.Anonymous.GetAsync($"{ProductApp.Root}?q={q}", Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Words_are_found_in_any_script_and_best_matches_come_first()
    {
        var artist = app.NewArtist();
        await artist.ListAsync(("title", "Plain"), ("description", "A zeppelin far away"));
        await artist.ListAsync(("title", "Zeppelin over 東京"));
        await artist.ListAsync(("title", "Other"));

        var found = await app.Anonymous.GetOkAsync($"{ProductApp.Root}?q=ZEPPELIN");
        var japanese = await app.Anonymous.GetOkAsync($"{ProductApp.Root}?q={Uri.EscapeDataString("東京")}");
        var newest = await app.Anonymous.GetOkAsync($"{ProductApp.Root}?q=zeppelin&sort=price-low");

        Assert.Equal(["Zeppelin over 東京", "Plain"], found.Titles());
        Assert.Equal(2, found.GetProperty("total").GetInt32());
        Assert.Equal(["Zeppelin over 東京"], japanese.Titles());
        Assert.Equal(["Plain", "Zeppelin over 東京"], newest.Titles());
        Assert.Empty((await app.Anonymous.GetOkAsync($"{ProductApp.Root}?q=submarine")).Titles());
    }

    [Fact]
    public async Task Filters_narrow_the_list()
    {
        var artist = await NewKnownArtistAsync();
        await artist.ListAsync(("title", "Cheap"), ("price", "9.99"), ("category", "Night Skies"), ("orientation", "SQUARE"));
        await artist.ListAsync(("title", "Fair"), ("price", "10"), ("category", "Night Skies"));
        await artist.ListAsync(("title", "Dear"), ("price", "1000"), ("category", "Urban"), ("currency", "JPY"));

        Assert.Equal(["Fair", "Cheap"], await TitlesAsync(artist, "category=night-skies"));
        Assert.Equal(["Dear", "Fair"], await TitlesAsync(artist, "minPrice=10"));
        Assert.Equal(["Cheap"], await TitlesAsync(artist, "maxPrice=9.99"));
        Assert.Equal(["Fair"], await TitlesAsync(artist, "minPrice=9.991&maxPrice=999"));
        Assert.Equal(["Cheap"], await TitlesAsync(artist, "orientation=SQUARE"));
        Assert.Equal(["Dear", "Fair", "Cheap"], await TitlesAsync(artist, "status=AVAILABLE"));
        Assert.Empty(await TitlesAsync(artist, "status=SOLD"));
        Assert.Empty(await TitlesAsync(artist, "category=nothing-like-it"));
        Assert.Empty((await app.Anonymous.GetOkAsync($"{ProductApp.Root}?artist=nobody-at-all")).Titles());
    }

    [Fact]
    public async Task Sorts_order_the_list()
    {
        var artist = await NewKnownArtistAsync();
        var dear = await artist.ListAsync(("title", "Dear"), ("price", "300"));
        await artist.ListAsync(("title", "Cheap"), ("price", "100"));
        var fair = await artist.ListAsync(("title", "Fair"), ("price", "200"));
        foreach (var (product, likes) in new[] { (fair, 2), (dear, 1) })
        {
            for (var i = 0; i < likes; i++)
            {
                (await app.NewUser().PutAsync($"{ProductApp.Root}/{product.Id()}/like", null, Ct)).EnsureSuccessStatusCode();
            }
        }

        Assert.Equal(["Fair", "Cheap", "Dear"], await TitlesAsync(artist, "sort=newest"));
        Assert.Equal(["Cheap", "Fair", "Dear"], await TitlesAsync(artist, "sort=price-low"));
        Assert.Equal(["Dear", "Fair", "Cheap"], await TitlesAsync(artist, "sort=price-high"));
        Assert.Equal(["Fair", "Dear", "Cheap"], await TitlesAsync(artist, "sort=popular"));
        Assert.Equal(["Fair", "Cheap", "Dear"], await TitlesAsync(artist, "sort=relevance"));
    }

    [Fact]
    public async Task Pages_follow_one_another_and_know_when_there_are_no_more()
    {
        var artist = await NewKnownArtistAsync();
        for (var i = 1; i <= 5; i++)
        {
            await artist.ListAsync(("title", $"{i}"));
        }

        var pages = new List<string[]>();
        for (var page = 1; page <= 4; page++)
        {
            var list = await app.Anonymous.GetOkAsync($"{ProductApp.Root}?artist={artist.Card.Username}&limit=2&page={page}");
            pages.Add(list.Titles());
            Assert.Equal((page, page < 3, 5), (list.GetProperty("page").GetInt32(), list.GetProperty("hasMore").GetBoolean(), list.GetProperty("total").GetInt32()));
            Assert.Equal(page < 3, list.GetProperty("nextCursor").ValueKind == JsonValueKind.String);
        }

        Assert.Equal([["5", "4"], ["3", "2"], ["1"], []], pages);
    }

    [Theory]
    [InlineData("newest")]
    [InlineData("price-low")]
    [InlineData("price-high")]
    [InlineData("popular")]
    [InlineData("relevance&q=cursorword")]
    public async Task A_cursor_shows_everything_once_though_products_arrive_meanwhile(string sort)
    {
        var artist = await NewKnownArtistAsync();
        var ids = new HashSet<string>();
        for (var i = 0; i < 7; i++)
        {
            // Equal prices, likes and scores: only the id tells them apart.
            ids.Add((await artist.ListAsync(("title", $"cursorword {i}"), ("price", "50"))).Id());
        }

        var seen = new List<string>();
        var path = $"{ProductApp.Root}?artist={artist.Card.Username}&limit=2&sort={sort}";
        var list = await app.Anonymous.GetOkAsync(path);
        while (true)
        {
            seen.AddRange(list.GetProperty("products").EnumerateArray().Select(product => product.Id()));
            if (list.GetProperty("nextCursor").GetString() is not { } cursor)
            {
                break;
            }

            Assert.InRange(seen.Count, 1, 30);
            await artist.ListAsync(("title", "cursorword late"), ("price", "50"));
            list = await app.Anonymous.GetOkAsync($"{path}&cursor={cursor}");
            Assert.False(list.TryGetProperty("page", out _));
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Superset(ids, seen.ToHashSet());
    }

    [Fact]
    public async Task A_cursor_of_another_order_is_400()
    {
        var artist = await NewKnownArtistAsync();
        await artist.ListAsync();
        await artist.ListAsync();
        var list = await app.Anonymous.GetOkAsync($"{ProductApp.Root}?artist={artist.Card.Username}&limit=1&sort=price-low");

        using var response = await app.Anonymous.GetAsync($"{ProductApp.Root}?sort=price-high&cursor={list.GetProperty("nextCursor").GetString()}", Ct);

        Assert.Equal("invalid_query", await response.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Without_Auth_a_product_whose_artist_is_unknown_is_503_and_lists_still_work()
    {
        var id = (await app.NewArtist().ListAsync()).Id();
        app.Service.Auth.CardsDown = true;
        try
        {
            using var response = await app.Anonymous.GetAsync($"{ProductApp.Root}/{id}", Ct);

            Assert.Equal("dependency_unavailable", await response.ProblemAsync(HttpStatusCode.ServiceUnavailable));
            Assert.NotEmpty((await app.Anonymous.GetOkAsync(ProductApp.Root)).Titles());
        }
        finally
        {
            app.Service.Auth.CardsDown = false;
        }
    }

    private async Task<Artist> NewKnownArtistAsync()
    {
        var artist = app.NewArtist();
        await app.KnowAsync(artist);
        return artist;
    }

    private async Task<string[]> TitlesAsync(Artist artist, string query) =>
        (await app.Anonymous.GetOkAsync($"{ProductApp.Root}?artist={artist.Card.Username}&{query}")).Titles();
}
