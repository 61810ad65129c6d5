using System.Net.Http.Json;
using Visuels.Testing;

namespace Visuels.Products.Tests;

/// <summary>What a request costs the store: as much for many products as for one.</summary>
public sealed class StoreCallTests(ProductApp app) : IClassFixture<ProductApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_costs_as_much_however_long_it_is_and_whatever_is_asked()
    {
        var artist = app.NewArtist();
        await app.KnowAsync(artist);
        for (var i = 0; i < 30; i++)
        {
            await artist.ListAsync(("title", $"counted {i}"));
        }

        Assert.Equal(2, await GetAsync("?limit=1"));
        Assert.Equal(2, await GetAsync("?limit=25"));
        Assert.Equal(1, await GetAsync("?limit=50"));
        Assert.Equal(2, await GetAsync("?limit=5&sort=popular&minPrice=1&category=landscape"));
        Assert.Equal(2, await GetAsync("?limit=5&q=counted"));
        Assert.Equal(3, await GetAsync($"?limit=5&artist={artist.Card.Username}"));
        Assert.Equal(1, await GetAsync("/categories"));
        Assert.Equal(2, await StoreCalls.CountAsync(() => artist.Client.GetAsync($"{ProductApp.Root}/me/products?limit=10", Ct)));
    }

    [Fact]
    public async Task One_product_costs_a_handful()
    {
        var artist = app.NewArtist();
        await app.KnowAsync(artist);
        var id = (await artist.ListAsync()).Id();
        using var form = ProductForm.With([]);

        // Its category, itself, and its pictures put in doubt and out of it again.
        Assert.Equal(4, await StoreCalls.CountAsync(() => artist.Client.PostAsync(ProductApp.Root, form, Ct)));
        Assert.Equal(2, await GetAsync($"/{id}"));
        Assert.Equal(3, await StoreCalls.CountAsync(() => artist.Client.PatchAsJsonAsync($"{ProductApp.Root}/{id}", new { title = "x", category = "Urban" }, Ct)));
        Assert.Equal(4, await StoreCalls.CountAsync(() => app.NewUser().PutAsync($"{ProductApp.Root}/{id}/like", null, Ct)));
        Assert.Equal(2, await StoreCalls.CountAsync(() => artist.Client.DeleteAsync($"{ProductApp.Root}/{id}", Ct)));
    }

    [Fact]
    public async Task Fifty_cards_cost_one_call()
    {
        var artist = app.NewArtist();
        var ids = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            ids.Add((await artist.ListAsync()).Id());
        }

        Assert.Equal(1, await StoreCalls.CountAsync(() =>
            app.Service.AsService("order", "product").PostAsJsonAsync($"{ProductApp.Root}/internal/cards", new { ids }, Ct)));
    }

    private Task<int> GetAsync(string path) => StoreCalls.CountAsync(() => app.Anonymous.GetAsync(ProductApp.Root + path, Ct));
}
