using System.Text.Json.Nodes;

namespace Visuels.Fuzz.Sequences;

/// <summary>Artworks and likes: what artists list, change and withdraw.</summary>
internal sealed class Shelf(Cast cast)
{
    private const string Root = "/api/v1/products";

    public async Task<bool> DoAsync(Step step)
    {
        switch (step.Deed)
        {
            case Deed.ListArtwork:
                await ListAsync(Cast.Artist(step.A), 1 + (step.B % 3), 1_000 + (step.C * 100));
                return true;
            case Deed.ChangePrice when cast.Choose(step.A) is { } work:
                await ChangePriceAsync(work, Cast.Artist(step.B), 1_050 + (step.C * 100));
                return true;
            case Deed.Withdraw when cast.Choose(step.A) is { } work:
                await WithdrawAsync(work, Cast.Artist(step.B));
                return true;
            case Deed.Like or Deed.Unlike when cast.Choose(step.A) is { } work:
                await LikeAsync(work, Cast.Anybody(step.B), step.Deed == Deed.Like);
                return true;
            default:
                return false;
        }
    }

    public async Task CompareAsync()
    {
        foreach (var work in cast.Artworks)
        {
            var reply = await cast.ExpectAsync(0, "product", HttpMethod.Get, $"{Root}/{work.Id}", work.IsListed ? 200 : 404);
            if (work.IsListed)
            {
                var shown = reply.Body!["product"]!;
                Cast.Agree($"price of {work.Id}", work.PriceMinor, shown["priceMinor"]!.GetValue<long>());
                Cast.Agree($"likes of {work.Id}", work.LikedBy.Count, shown["likes"]!.GetValue<int>());
                Cast.Agree($"status of {work.Id}", work.Sold >= work.Editions ? "SOLD" : "AVAILABLE", shown["status"]!.GetValue<string>());
            }
        }

        foreach (var artist in new[] { Cast.Artist(0), Cast.Artist(1) })
        {
            foreach (var archived in new[] { false, true })
            {
                var list = await cast.ExpectAsync(artist, "product", HttpMethod.Get, $"{Root}/me/products?archived={archived}", 200);
                Cast.Agree(
                    $"artworks of {artist}, archived {archived}",
                    string.Join(' ', cast.Artworks.Where(work => work.Artist == artist && work.IsListed != archived).Select(work => work.Id).Order()),
                    string.Join(' ', list.Body!["products"]!.AsArray().Select(Id).Order()));
            }
        }
    }

    private async Task ListAsync(int artist, int editions, long priceMinor)
    {
        var listed = await cast.Calls.ListAsync(cast[artist], $"Work {cast.Artworks.Count}", FormattableString.Invariant($"{priceMinor / 100m}"), editions);
        cast.Artworks.Add(new Artwork(Id(listed), artist, editions) { PriceMinor = priceMinor });
    }

    private async Task ChangePriceAsync(Artwork work, int artist, long priceMinor)
    {
        var isTheirs = work.Artist == artist && work.IsListed;
        await cast.ExpectAsync(artist, "product", HttpMethod.Patch, $"{Root}/{work.Id}", isTheirs ? 200 : 404, body: new { price = priceMinor / 100m });
        work.PriceMinor = isTheirs ? priceMinor : work.PriceMinor;
        await cast.SettleAsync();
    }

    private async Task WithdrawAsync(Artwork work, int artist)
    {
        var isTheirs = work.Artist == artist && work.IsListed;
        await cast.ExpectAsync(artist, "product", HttpMethod.Delete, $"{Root}/{work.Id}", isTheirs ? 200 : 404);
        work.IsListed &= !isTheirs;
        await cast.SettleAsync();
    }

    private async Task LikeAsync(Artwork work, int person, bool on)
    {
        var reply = await cast.ExpectAsync(person, "product", on ? HttpMethod.Put : HttpMethod.Delete, $"{Root}/{work.Id}/like", work.IsListed ? 200 : 404);
        if (work.IsListed)
        {
            _ = on ? work.LikedBy.Add(person) : work.LikedBy.Remove(person);
            Cast.Agree("likes", work.LikedBy.Count, reply.Body!["likes"]!.GetValue<int>());
        }
    }

    private static string Id(JsonNode? product) => product!["_id"]!.GetValue<string>();
}
