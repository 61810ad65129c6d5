using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

[Proves(Requirement.ChatRights)]
public sealed class ReportTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Operator => app.Service.As(ObjectId.GenerateNewId(), Roles.Admin);

    [Fact]
    public async Task An_operator_reads_the_reported_message_and_what_led_to_it_and_nothing_after_it()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await buyer.SendAsync(artist, "how much?");
        var insult = await artist.SendAsync(buyer, "canary-insult");
        await buyer.SendAsync(artist, "not for the operator");

        var id = await ReportAsync(buyer, new { userId = artist.Id.ToString(), messageId = insult.Id.ToString(), reason = "canary-reason" });

        var report = await Operator.GetFromJsonAsync<JsonElement>($"/internal/reports/{id}", Ct);
        Assert.Equal("canary-reason", report.GetProperty("reason").GetString());
        Assert.Equal(
            [(buyer.Id.ToString(), "how much?"), (artist.Id.ToString(), "canary-insult")],
            report.GetProperty("messages").EnumerateArray().Select(m => (m.GetProperty("senderId").GetString()!, m.GetProperty("content").GetString()!)));
        var stored = (await app.Service.Database.GetCollection<BsonDocument>("reports").Find(new BsonDocument("_id", ObjectId.Parse(id))).SingleAsync(Ct)).ToJson();
        Assert.DoesNotContain("canary", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_copy_stays_when_somebody_tampers_with_the_conversation()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var insult = await artist.SendAsync(buyer, "an insult");
        var id = await ReportAsync(buyer, new { userId = artist.Id.ToString(), messageId = insult.Id.ToString(), reason = "rude" });

        await app.Service.Database.GetCollection<BsonDocument>("messages").UpdateOneAsync(
            new BsonDocument("_id", insult.Id), Builders<BsonDocument>.Update.Set("content", "v1.k1.x.y"), cancellationToken: Ct);

        Assert.Contains("an insult", await Operator.GetStringAsync($"/internal/reports/{id}", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_reports_a_message_of_somebody_elses_conversation_or_ones_own()
    {
        var (buyer, artist, third) = (app.Buyer(), app.Artist(), app.Buyer());
        var (theirs, own) = (await artist.SendAsync(buyer, "between us"), await buyer.SendAsync(artist, "mine"));
        await third.SendAsync(artist, "a conversation of my own");

        foreach (var (reporter, message) in new[] { (third, theirs.Id), (buyer, own.Id), (buyer, ObjectId.GenerateNewId()) })
        {
            using var response = await PostAsync(reporter, new { userId = artist.Id.ToString(), messageId = message.ToString(), reason = "x" });
            Assert.Equal((HttpStatusCode.NotFound, "not_found"), (response.StatusCode, await Person.CodeAsync(response)));
        }
    }

    [Fact]
    public async Task The_same_complaint_is_one_report_until_it_is_closed_however_often_it_is_sent_at_once()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var body = new { userId = artist.Id.ToString(), reason = "spam" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(buyer, body)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        var id = await IdOf(answers[0]);
        using (var closed = await Operator.PatchAsJsonAsync($"/internal/reports/{id}", new { status = "CLOSED", note = "warned" }, Ct))
        {
            Assert.Equal(HttpStatusCode.OK, closed.StatusCode);
        }

        using (var again = await Operator.PatchAsJsonAsync($"/internal/reports/{id}", new { status = "CLOSED" }, Ct))
        {
            Assert.Equal((HttpStatusCode.Conflict, "illegal_transition"), (again.StatusCode, await Person.CodeAsync(again)));
        }

        Assert.NotEqual(id, await ReportAsync(buyer, body));
    }

    [Fact]
    public async Task Operators_list_what_is_open_newest_first_without_the_messages()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await artist.SendAsync(buyer, "not in the list");
        var first = await ReportAsync(buyer, new { userId = artist.Id.ToString(), reason = "one" });
        var second = await ReportAsync(artist, new { userId = buyer.Id.ToString(), reason = "two" });

        var page = await Operator.GetFromJsonAsync<JsonElement>("/internal/reports?status=OPEN&limit=1", Ct);
        var next = await Operator.GetFromJsonAsync<JsonElement>($"/internal/reports?status=OPEN&limit=1&cursor={page.GetProperty("nextCursor").GetString()}", Ct);

        Assert.Equal([second, first], new[] { page, next }.Select(p => p.GetProperty("reports")[0].GetProperty("_id").GetString()!));
        Assert.DoesNotContain("not in the list", page.ToString() + next, StringComparison.Ordinal);
        foreach (var query in new[] { "limit=0", "status=open", "cursor=x" })
        {
            using var bad = await Operator.GetAsync($"/internal/reports?{query}", Ct);
            Assert.Equal((HttpStatusCode.BadRequest, "invalid_query"), (bad.StatusCode, await Person.CodeAsync(bad)));
        }
    }

    [Theory]
    [InlineData("GET", "/internal/reports")]
    [InlineData("GET", "/internal/reports/6a1f4f2b9d3e2a0001c0ffee")]
    [InlineData("PATCH", "/internal/reports/6a1f4f2b9d3e2a0001c0ffee")]
    public async Task Only_operators_see_reports(string method, string path)
    {
        foreach (var (client, expected) in new[]
        {
            (app.Service.Anonymous, HttpStatusCode.Unauthorized), (app.Buyer().Http, HttpStatusCode.Forbidden), (app.Artist().Http, HttpStatusCode.Forbidden),
        })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "PATCH" ? JsonContent.Create(new { status = "CLOSED" }) : null };
            using var response = await client.SendAsync(request, Ct);
            Assert.Equal(expected, response.StatusCode);
        }

        using var missing = await Operator.GetAsync("/internal/reports/6a1f4f2b9d3e2a0001c0ffee", Ct);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_report_needs_a_reason_and_somebody_else()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        foreach (var body in new object[] { new { userId = artist.Id.ToString(), reason = " " }, new { userId = artist.Id.ToString() }, new { reason = "x" }, new { userId = artist.Id.ToString(), reason = new string('x', 1001) } })
        {
            using var response = await PostAsync(buyer, body);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        using var self = await PostAsync(buyer, new { userId = buyer.Id.ToString(), reason = "x" });
        using var nobody = await PostAsync(buyer, new { userId = ObjectId.GenerateNewId().ToString(), reason = "x" });
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_receiver"), (self.StatusCode, await Person.CodeAsync(self)));
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    internal static async Task<string> ReportAsync(Person reporter, object body)
    {
        using var response = await PostAsync(reporter, body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await IdOf(response);
    }

    private static Task<HttpResponseMessage> PostAsync(Person reporter, object body) => reporter.Http.PostAsJsonAsync("/api/v1/message/reports", body, Ct);

    private static async Task<string> IdOf(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("report").GetProperty("_id").GetString()!;
}
