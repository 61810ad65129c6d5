using System.Net;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Reliability.Experiments;

/// <summary>P7: one part is gone at a time. Whatever does not need it answers as ever, and what does is told so at once.</summary>
internal sealed class Outages : Experiment
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(3);

    private static readonly string[] Parts = ["auth", "product", "order", "chat", "jobs", "broker", "smtp"];

    public override string Name => "P7";

    public override string What => "each service, the broker and the mail server gone, one at a time";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        await market.Gateway.StartReadyAsync(ct);
        var orders = await Orders.PrepareAsync(market, Parts.Length + 1, ct);
        var tally = new Tally();
        // With all there, once: who has never read Auth's keys cannot tell a good token from a bad one without Auth.
        foreach (var (_, _, send) in Probes(market, orders, orders.All[^1], tally, ct))
        {
            await send();
        }

        var wrong = new List<string>();
        var (asked, answered) = (0, 0);
        foreach (var (part, wish) in Parts.Zip(orders.All))
        {
            await TakeAwayAsync(market, part);
            foreach (var (service, what, send) in Probes(market, orders, wish, tally, ct))
            {
                asked++;
                var answer = await send();
                var isRight = service == part
                    ? answer is { Status: HttpStatusCode.ServiceUnavailable, Code: "dependency_unavailable", HasRetryAfter: true } && answer.Took < AnswerWithin
                    : answer.IsSuccess;
                answered += isRight ? 1 : 0;
                if (!isRight)
                {
                    wrong.Add($"without {part}, {what}: {answer} after {answer.Took.TotalSeconds:F1} s");
                }
            }

            foreach (var service in market.Services.Where(service => service.Name != part))
            {
                // Jobs does nothing but read from the broker.
                var expected = (service.Name, part) != ("jobs", "broker");
                asked++;
                try
                {
                    await Eventually.Until(async () => await service.IsReadyAsync(ct) == expected, "readiness is as expected", TimeSpan.FromSeconds(20));
                    answered++;
                }
                catch (TimeoutException)
                {
                    wrong.Add($"without {part}, {service.Name} says it is {(expected ? "not " : "")}ready");
                }
            }

            await GiveBackAsync(market, part, ct);
        }

        var picture = await RemovedPictureAsync(market, ct);
        var findings = await orders.Audit.SettleAsync(trial.Patience, ct);
        return
        [
            new("answers and readiness as promised", $"{answered} of {asked}{(wrong.Count > 0 ? $": {string.Join("; ", wrong.Take(4))}" : "")}", $"{asked}", wrong.Count == 0),
            new("a picture that its artist has removed", picture, "gone", picture == "gone"),
            .. Orders.Verdict(findings, tally),
        ];
    }

    /// <summary>Lists a work with two pictures, removes one and looks for it on the disk.</summary>
    private static async Task<string> RemovedPictureAsync(Marketplace market, CancellationToken ct)
    {
        var artist = (await market.People.AddAsync(1, Roles.Artist, ct))[0];
        var products = new Uri(market["product"].Address, "api/v1/products");
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in new[] { ("title", "Two views"), ("description", "d"), ("shortDescription", "s"), ("category", "Abstract"), ("price", "10") })
        {
            form.Add(new StringContent(value), name);
        }

        foreach (var name in new[] { "front.png", "back.png" })
        {
            form.Add(new ByteArrayContent(Pictures.Png(8, 6)), "images", name);
        }

        var listed = await market.Shop.SendAsync(HttpMethod.Post, products, artist, ct, form);
        if (!listed.IsSuccess)
        {
            return $"{listed}";
        }

        var product = listed.Json.GetProperty("product");
        var file = product.GetProperty("images")[0].GetProperty("fileId").GetString()!;
        var path = Path.Combine(market.Folder, "images", "products", file);
        var wasThere = File.Exists(path);
        var removed = await market.Shop.SendAsync(HttpMethod.Delete, new Uri($"{products}/{product.GetProperty("_id").GetString()}/images/{file}"), artist, ct);
        return !wasThere || !removed.IsSuccess ? $"{removed}" : File.Exists(path) ? "still there" : "gone";
    }

    private static IEnumerable<(string Service, string What, Func<Task<Answer>> Send)> Probes(
        Marketplace market, Orders orders, Wish wish, Tally tally, CancellationToken ct)
    {
        Func<Task<Answer>> Get(string path) => () => market.Shop.SendAsync(HttpMethod.Get, new Uri(market.Gateway.Address, path), wish.Buyer, ct);
        yield return ("auth", "list artists", Get("auth/artists"));
        yield return ("auth", "own profile", Get("user/profile/me"));
        yield return ("product", "browse", Get("products"));
        yield return ("product", "one product", Get($"products/{wish.Work.Id}"));
        yield return ("order", "own orders", Get("order/user"));
        yield return ("order", "order", async () =>
        {
            var answer = await market.Shop.OrderAsync(wish.Buyer, wish.Work, ct, at: market.Gateway.Address);
            tally.Add(answer);
            if (answer.IsSuccess)
            {
                orders.Audit.Acknowledge(answer.OrderIds);
            }

            return answer;
        }
        );
        yield return ("chat", "conversations", Get("message/conversations"));
        yield return ("chat", "send", () => market.Shop.SendAsync(
            HttpMethod.Post, new Uri(market.Gateway.Address, $"message/send/{wish.Work.Artist.Id}"), wish.Buyer, ct, new { content = "hello", type = "TEXT" }));
    }

    private static async Task TakeAwayAsync(Marketplace market, string part)
    {
        switch (part)
        {
            case "broker":
                market.Broker.Kill();
                break;
            case "smtp":
                market.Smtp.Behaviour = SmtpBehaviour.Hang;
                break;
            default:
                await market[part].KillAsync();
                break;
        }
    }

    private static async Task GiveBackAsync(Marketplace market, string part, CancellationToken ct)
    {
        switch (part)
        {
            case "broker":
                await market.Broker.StartAgainAsync(ct);
                break;
            case "smtp":
                market.Smtp.Behaviour = SmtpBehaviour.Accept;
                break;
            default:
                await market[part].StartReadyAsync(ct);
                break;
        }
    }
}
