using System.Net.Http.Json;
using System.Text.Json;

namespace Visuels.Auth.Tests;

internal static class Answers
{
    /// <summary>The body of an answer that must have this status.</summary>
    public static async Task<JsonElement> Should(this HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>An answer that must be problem+json with this status and code, and a sentence for the storefront.</summary>
    public static async Task<JsonElement> Refuses(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var problem = await response.Should(status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("message").GetString()));
        return problem;
    }

    public static async Task<HttpResponseMessage> PostRaw(this HttpClient http, string path, string json) =>
        await http.PostAsync(path, new StringContent(json, System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

    /// <summary>Posts to a route of accounts.</summary>
    public static Task<HttpResponseMessage> Post(this HttpClient http, string path, object body) =>
        http.PostAsJsonAsync("/api/v1/auth" + path, body, TestContext.Current.CancellationToken);

    public static async Task<JsonElement> SignUp(this HttpClient http, Person person)
    {
        using var response = await http.Post("/email-signup", person);
        return await response.Should(HttpStatusCode.Created);
    }

    /// <summary>Asks for another code.</summary>
    public static async Task<JsonElement> AskForCode(this HttpClient http, string email)
    {
        using var response = await http.Post("/email-resend-otp", new { email });
        return await response.Should(HttpStatusCode.Accepted);
    }

    public static Task<HttpResponseMessage> Patch(this HttpClient http, string path, object body) =>
        http.PatchAsJsonAsync(path, body, TestContext.Current.CancellationToken);

    public static Task<HttpResponseMessage> Put(this HttpClient http, string path, object body) =>
        http.PutAsJsonAsync(path, body, TestContext.Current.CancellationToken);

    public static Task<HttpResponseMessage> Get(this HttpClient http, string path) => http.GetAsync(path, TestContext.Current.CancellationToken);

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
