using System.Net;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Accounts;
using Visuels.Contracts.Products;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Products.Tests;

[Proves(Requirement.AccountLife)]
public sealed class DeletedUserTests(ProductApp app) : IClassFixture<ProductApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_artworks_of_an_artist_who_has_left_are_withdrawn_and_others_stay()
    {
        var (artist, other) = (app.NewArtist("Ann"), app.NewArtist("Zed"));
        var (first, second) = ((await artist.ListAsync(("artistNote", "Painted for my mother"))).Id(), (await artist.ListAsync()).Id());
        var archived = (await artist.ListAsync(("story", "My childhood"))).Id();
        using (var gone = await artist.Client.DeleteAsync($"{ProductApp.Root}/{archived}", Ct))
        {
            Assert.Equal(HttpStatusCode.OK, gone.StatusCode);
        }

        var others = (await other.ListAsync()).Id();

        await DeleteAsync(artist.Card.Id);
        await DeleteAsync(artist.Card.Id);

        foreach (var id in new[] { first, second })
        {
            var told = await app.Service.Bus.NextAsync<ProductWithdrawn>(e => e.ProductId == id);
            Assert.Equal(2, told.Version);
            using var detail = await app.Anonymous.GetAsync($"{ProductApp.Root}/{id}", Ct);
            Assert.Equal(HttpStatusCode.NotFound, detail.StatusCode);
        }

        await Eventually.Until(
            async () => await StoredAsync(first, second, archived) is var stored
                && !stored.Contains("story", StringComparison.Ordinal) && !stored.Contains("mother", StringComparison.Ordinal),
            "the artist's own words are gone");
        Assert.Contains("Quiet Harbour", await StoredAsync(first), StringComparison.Ordinal);
        Assert.Equal("It was cold.", (await app.Anonymous.GetOkAsync($"{ProductApp.Root}/{others}")).GetProperty("product").GetProperty("story").GetString());
    }

    [Fact]
    public async Task Likes_of_somebody_who_has_left_are_taken_back()
    {
        var artist = app.NewArtist();
        var (first, second) = ((await artist.ListAsync()).Id(), (await artist.ListAsync()).Id());
        var (leaver, stayer) = (ObjectId.GenerateNewId(), ObjectId.GenerateNewId());
        foreach (var (person, product) in new[] { (leaver, first), (leaver, second), (stayer, first) })
        {
            using var http = app.Service.As(person, Roles.User);
            using var liked = await http.PutAsync($"{ProductApp.Root}/{product}/like", null, Ct);
            Assert.Equal(HttpStatusCode.OK, liked.StatusCode);
        }

        await DeleteAsync(leaver);

        await Eventually.Until(async () => await LikesAsync(first) == 1 && await LikesAsync(second) == 0, "one like is left");
        // The count goes first, so that an end between the two leaves something to do again.
        var likes = app.Service.Database.GetCollection<BsonDocument>("likes");
        await Eventually.Until(
            async () => await likes.CountDocumentsAsync(new BsonDocument("userId", leaver), cancellationToken: Ct) == 0, "nothing of it is left");
    }

    [Fact]
    public async Task Wherever_the_process_ends_while_it_forgets_somebody_likes_and_artworks_are_right_once_it_has_done_so_again()
    {
        var ends = 0;
        for (var ended = true; ended; ends++)
        {
            var (liked, leaver) = ((await app.NewArtist().ListAsync()).Id(), app.NewArtist());
            var own = (await leaver.ListAsync(("artistNote", "Painted for my mother"))).Id();
            using (var like = await leaver.Client.PutAsync($"{ProductApp.Root}/{liked}/like", null, Ct))
            {
                Assert.Equal(HttpStatusCode.OK, like.StatusCode);
            }

            ended = await StoreCalls.EndAfterAsync(ends + 1, ct => app.Service.ForgetAsync(leaver.Card.Id, ct));
            await app.Service.ForgetAsync(leaver.Card.Id, Ct);

            Assert.True(await LikesAsync(liked) == 0, $"The like counts after an end behind call {ends + 1}.");
            using var gone = await app.Anonymous.GetAsync($"{ProductApp.Root}/{own}", Ct);
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
            Assert.DoesNotContain("mother", await StoredAsync(own), StringComparison.Ordinal);
        }

        Assert.InRange(ends, 8, 40);
    }

    private Task DeleteAsync(ObjectId user) => app.Service.Bus.PublishAsync(new UserDeleted(user.ToString(), 9, DateTimeOffset.UtcNow));

    private async Task<int> LikesAsync(string id) => (await app.Anonymous.GetOkAsync($"{ProductApp.Root}/{id}")).GetProperty("product").GetProperty("likes").GetInt32();

    private async Task<string> StoredAsync(params string[] ids) => (await app.Service.Database.GetCollection<BsonDocument>("products")
        .Find(Builders<BsonDocument>.Filter.In("_id", ids.Select(ObjectId.Parse)))
        .Project(new BsonDocument { { "title", 1 }, { "artistNote", 1 }, { "story", 1 } })
        .ToListAsync(Ct)).ToJson();
}
