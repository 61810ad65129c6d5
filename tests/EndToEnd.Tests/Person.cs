using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

/// <summary>Somebody with a browser: signs up by mail and keeps cookies.</summary>
public sealed class Person : IDisposable
{
    private const string Password = "a quiet afternoon";

    private static readonly byte[] Front = Pictures.Jpeg(320, 240);
    private static readonly byte[] Back = Pictures.Png(320, 240);

    private readonly Entrance _entrance;
    private readonly HttpClient _http = new(new SocketsHttpHandler { CookieContainer = new CookieContainer() });

    private Person(Entrance entrance, string name)
    {
        _entrance = entrance;
        Username = $"{name}{Guid.NewGuid():N}"[..20].ToLowerInvariant();
        Email = Username + "@example.com";
        // As a browser on the storefront's pages does.
        _http.DefaultRequestHeaders.Add("Origin", "http://localhost:3000");
    }

    public string Username { get; }

    public string Email { get; }

    public string Id { get; private set; } = "";

    /// <summary>A visitor without an account.</summary>
    public static Person Visitor(Entrance entrance) => new(entrance, "visitor");

    /// <summary>Signs up, reads the code in the mailbox and verifies it.</summary>
    public static async Task<Person> SignUpAsync(Entrance entrance, Mailbox mailbox, string name, string role, CancellationToken ct)
    {
        var person = new Person(entrance, name);
        await person.PostAsync("auth", "/auth/email-signup", new { email = person.Email, username = person.Username, name, password = Password, role })
            .ExpectAsync(HttpStatusCode.Created, ct);
        var code = await mailbox.CodeAsync(person.Email, ct);
        var verified = await person.PostAsync("auth", "/auth/email-verify", new { email = person.Email, otp = code }).ExpectAsync(HttpStatusCode.OK, ct);
        person.Id = verified.GetProperty("user").Text("_id");

        var me = await person.GetAsync("auth", "/auth/me").ExpectAsync(HttpStatusCode.OK, ct);
        Assert.Equal(person.Email, me.GetProperty("user").Text("email"));
        Assert.Equal(role, me.GetProperty("user").Text("role"));
        return person;
    }

    public Task<HttpResponseMessage> GetAsync(string service, string path) => _http.GetAsync(_entrance.Url(service, path));

    public Task<HttpResponseMessage> PostAsync(string service, string path, object body) => _http.PostAsJsonAsync(_entrance.Url(service, path), body);

    public Task<HttpResponseMessage> PutAsync(string service, string path, object body) => _http.PutAsJsonAsync(_entrance.Url(service, path), body);

    public Task<HttpResponseMessage> PatchAsync(string service, string path, object body) => _http.PatchAsJsonAsync(_entrance.Url(service, path), body);

    public Task<HttpResponseMessage> DeleteAsync(string service, string path) => _http.DeleteAsync(_entrance.Url(service, path));

    /// <summary>Lists an artwork with the form that the storefront sends.</summary>
    public async Task<JsonElement> CreateProductAsync(string title, CancellationToken ct, int editions = 1)
    {
        using var form = ArtworkForm.Of(title, [Front, Back], editions: editions);
        var created = await _http.PostAsync(_entrance.Url("product", "/products"), form, ct).ExpectAsync(HttpStatusCode.Created, ct);
        return created.GetProperty("product");
    }

    /// <summary>A chat client, signed in by an access token.</summary>
    public async Task<HubConnection> ConnectAsync(string hub, CancellationToken ct)
    {
        var tokens = await PostAsync("auth", "/auth/email-signin?tokens=true", new { email = Email, password = Password }).ExpectAsync(HttpStatusCode.OK, ct);
        var connection = new HubConnectionBuilder()
            .WithUrl(hub, options => options.AccessTokenProvider = () => Task.FromResult(tokens.GetProperty("accessToken").GetString()))
            .Build();
        await connection.StartAsync(ct);
        // The server takes calls only after it has put the connection into its group, and the start returns before.
        await Assert.ThrowsAsync<HubException>(() => connection.InvokeAsync("Send", "nobody", null, ct));
        return connection;
    }

    public void Dispose() => _http.Dispose();
}
