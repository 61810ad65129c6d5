using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Auth.Tests;

/// <summary>Auth on a port, with a clock that tests move, and what its clients do all the time.</summary>
public class AuthApp : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    private static int _people;
    private static int _networks;

    public ServiceUnderTest Service { get; private set; } = null!;

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));

    public HttpClient Http => Service.Anonymous;

    public virtual void Prepare(TestSetup test)
    {
    }

    public virtual async ValueTask InitializeAsync()
    {
        Service = await ServiceUnderTest.StartAsync(AuthService.Build, test =>
        {
            // Hashes are slow on purpose; what these tests look at is not the hash.
            test.Settings["Auth:PasswordIterations"] = "1000";
            test.Settings["Auth:PasswordQueue"] = "500";
            test.Clock = Clock;
            Prepare(test);
        });
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Service.DisposeAsync();
    }

    /// <summary>Somebody new, whom nobody knows yet.</summary>
    public static Person Someone(string role = Roles.User)
    {
        var number = Interlocked.Increment(ref _people);
        return new Person($"person{number}@example.com", $"person{number}", $"Person {number}", Password, role);
    }

    /// <summary>The address of somebody on a network of its own (RFC 5737 and its like).</summary>
    public static string Network()
    {
        var number = Interlocked.Increment(ref _networks);
        return $"198.51.{number / 250}.{(number % 250) + 1}";
    }

    /// <summary>A browser: it keeps cookies. From another network when one is given.</summary>
    public HttpClient Browser(string? address = null) => Coming(address, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }));

    /// <summary>A program on another network that keeps no cookies.</summary>
    public HttpClient From(string address) => Coming(address, new HttpClient(new SocketsHttpHandler { UseCookies = false }));

    public Task<HttpResponseMessage> Post(string path, object body) => Http.PostAsJsonAsync("/api/v1/auth" + path, body, Ct);

    public Task<JsonElement> SignUp(Person person) => Http.SignUp(person);

    /// <summary>The newest code that was mailed to an address, opened as Jobs opens it.</summary>
    public async Task<string> CodeFor(string email)
    {
        await Next<EmailCodeIssued>(code => code.Email == email);
        return Open(Codes(email)[^1]);
    }

    /// <summary>An event that was published, or will be. The clock goes on meanwhile: the relay looks again only when time goes by.</summary>
    public Task<T> Next<T>(Func<T, bool> wanted)
        where T : class => Eventually.Until(
            () => Task.FromResult(Service.Bus.Published<T>().FirstOrDefault(wanted)), $"a {typeof(T).Name} that fits is published", clock: Clock);

    /// <summary>Waits for what follows from an event, while the clock goes on.</summary>
    public Task Until(Func<Task<bool>> condition, string what) => Eventually.Until(condition, what, clock: Clock);

    /// <summary>All codes that were mailed to an address. An event may be published twice, for example when a test moves the clock beyond a lease.</summary>
    public IReadOnlyList<EmailCodeIssued> Codes(string email) =>
        [.. Service.Bus.Published<EmailCodeIssued>().Where(code => code.Email == email).DistinctBy(code => code.CodeId).OrderBy(code => code.Version)];

    /// <summary>All codes that were mailed to an address, the oldest first, once there are so many.</summary>
    public async Task<IReadOnlyList<string>> CodesFor(string email, int count)
    {
        await Next<EmailCodeIssued>(_ => Codes(email).Count >= count);
        return [.. Codes(email).Select(Open)];
    }

    /// <summary>What the store holds about the codes for proving an address.</summary>
    public async Task<BsonDocument> StoredCodes(string email) => await Service.Database.GetCollection<BsonDocument>(CodeStore.Collection)
        .Find(new BsonDocument("_id", $"VERIFY_EMAIL|{email}")).Project(new BsonDocument("outbox", 0)).FirstAsync(Ct);

    public string Open(EmailCodeIssued code) =>
        code.OpenCode(Service.Services.GetRequiredService<KeyFolder>().Ring("sealing.key"))
        ?? throw new InvalidOperationException("Jobs could not open this code.");

    public async Task<HttpResponseMessage> Verify(string email, string otp) => await Post("/email-verify?tokens=true", new { email, otp });

    public async Task<HttpResponseMessage> SignIn(string email, string password) => await Post("/email-signin?tokens=true", new { email, password });

    /// <summary>Signs somebody up, reads the code, proves the address.</summary>
    public async Task<Member> Join(Person person)
    {
        await SignUp(person);
        using var response = await Verify(person.Email, await CodeFor(person.Email));
        var tokens = await response.Should(HttpStatusCode.OK);
        return new Member(
            person,
            ObjectId.Parse(tokens.GetProperty("user").GetProperty("_id").GetString()),
            tokens.GetProperty("refreshToken").GetString()!,
            Service.Client(tokens.GetProperty("accessToken").GetString()));
    }

    public Task<Member> Join(string role = Roles.User) => Join(Someone(role));

    private HttpClient Coming(string? address, HttpClient http)
    {
        http.BaseAddress = Service.Address;
        if (address is not null)
        {
            http.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        }

        return http;
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}

public sealed record Person(string Email, string Username, string Name, string Password, string Role);

public sealed record Member(Person Person, ObjectId Id, string RefreshToken, HttpClient Http);
