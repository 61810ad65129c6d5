using System.Net;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Products.Tests;

public sealed class LikeTests(ProductApp app) : IClassFixture<ProductApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_like_counts_once_per_person_and_can_be_taken_back()
    {
        var path = $"{ProductApp.Root}/{(await app.NewArtist().ListAsync()).Id()}/like";
        var user = app.NewUser();

        Assert.Equal((1, true), await LikesAsync(user.PutAsync(path, null, Ct)));
        Assert.Equal((1, true), await LikesAsync(user.PutAsync(path, null, Ct)));
        Assert.Equal((2, true), await LikesAsync(app.NewArtist().Client.PutAsync(path, null, Ct)));
        Assert.Equal((1, false), await LikesAsync(user.DeleteAsync(path, Ct)));
        Assert.Equal((1, false), await LikesAsync(user.DeleteAsync(path, Ct)));
    }

    [Fact]
    public async Task Likes_are_for_members_and_for_products_that_exist()
    {
        using var anonymous = await app.Anonymous.PutAsync($"{ProductApp.Root}/{ObjectId.GenerateNewId()}/like", null, Ct);
        using var unknown = await app.NewUser().PutAsync($"{ProductApp.Root}/{ObjectId.GenerateNewId()}/like", null, Ct);
        using var malformed = await app.NewUser().DeleteAsync($"{ProductApp.Root}/x/like", Ct);

        Assert.Equal("unauthorized", await anonymous.ProblemAsync(HttpStatusCode.Unauthorized));
        Assert.Equal("not_found", await unknown.ProblemAsync(HttpStatusCode.NotFound));
        Assert.Equal("invalid_query", await malformed.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task The_number_is_exact_however_many_like_and_unlike_at_once()
    {
        var id = (await app.NewArtist().ListAsync()).Id();
        var people = Enumerable.Range(0, 40).Select(_ => app.Service.As(ObjectId.GenerateNewId(), Roles.User)).ToArray();
        await Task.WhenAll(people[..15].Select(person => person.PutAsync($"{ProductApp.Root}/{id}/like", null, Ct)));

        var responses = await Task.WhenAll(people.Select((person, i) => i < 15
            ? person.DeleteAsync($"{ProductApp.Root}/{id}/like", Ct)
            : person.PutAsync($"{ProductApp.Root}/{id}/like", null, Ct)));

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(25, (await app.Anonymous.GetOkAsync($"{ProductApp.Root}/{id}")).GetProperty("product").GetProperty("likes").GetInt32());
    }

    [Fact]
    public async Task A_number_that_a_crash_left_wrong_is_mended_by_the_next_like()
    {
        var id = (await app.NewArtist().ListAsync()).Id();
        var products = app.Service.Database.GetCollection<Product>(Product.Collection);
        await products.UpdateOneAsync(p => p.Id == ObjectId.Parse(id), Builders<Product>.Update.Set(p => p.Likes, 77), cancellationToken: Ct);

        Assert.Equal((1, true), await LikesAsync(app.NewUser().PutAsync($"{ProductApp.Root}/{id}/like", null, Ct)));
    }

    private static async Task<(int, bool)> LikesAsync(Task<HttpResponseMessage> request)
    {
        using var response = await request;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync();
        return (answer.GetProperty("likes").GetInt32(), answer.GetProperty("liked").GetBoolean());
    }
}
