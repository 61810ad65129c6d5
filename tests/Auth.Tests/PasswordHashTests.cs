using System.Buffers.Binary;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>With as many rounds as in Production.</summary>
[Proves(Requirement.PasswordHash)]
public sealed class PasswordHashTests(PasswordHashTests.SlowApp app) : IClassFixture<PasswordHashTests.SlowApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IMongoCollection<Account> Accounts => app.Service.Database.GetCollection<Account>(AccountStore.Collection);

    [Fact]
    public async Task A_stored_hash_is_PBKDF2_with_SHA512_and_210000_rounds()
    {
        var member = await app.Join();

        Assert.Equal((2, 210_000), Decode(await StoredAsync(member)));
    }

    [Fact]
    public async Task A_hash_of_100000_rounds_signs_in_and_has_210000_from_then_on()
    {
        var member = await app.Join();
        using var weaker = new Passwords.Passwords(Microsoft.Extensions.Options.Options.Create(new AuthOptions { PasswordIterations = 100_000 }));
        await StoreAsync(member, await weaker.HashAsync(member.Person.Password, Ct));

        using var signedIn = await app.SignIn(member.Person.Email, member.Person.Password);

        await signedIn.Should(HttpStatusCode.OK);
        Assert.Equal((2, 210_000), Decode(await StoredAsync(member)));
    }

    [Theory]
    [InlineData("$2a$")]
    [InlineData("$2b$")]
    [InlineData("$2y$")]
    public async Task A_hash_of_the_predecessor_signs_in_and_is_replaced(string version)
    {
        var member = await app.Join();
        // Longer than the 72 bytes that bcrypt reads.
        var password = new string('p', 72) + " and a tail";
        var old = version + BCrypt.Net.BCrypt.HashPassword(password, workFactor: 10)[4..];
        await StoreAsync(member, old);

        using var wrong = await app.SignIn(member.Person.Email, "not the password");
        Assert.Equal(old, await StoredAsync(member));
        using var right = await app.SignIn(member.Person.Email, password);
        using var otherTail = await app.SignIn(member.Person.Email, new string('p', 72) + " and another");
        using var again = await app.SignIn(member.Person.Email, password);

        await wrong.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        await right.Should(HttpStatusCode.OK);
        Assert.Equal((2, 210_000), Decode(await StoredAsync(member)));
        await otherTail.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        await again.Should(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("$2b$10$nonsense")]
    [InlineData("$2b$")]
    [InlineData("AQAAAAEAACcQAAAAE")]
    public async Task A_hash_that_is_none_lets_nobody_in(string broken)
    {
        var member = await app.Join();
        await StoreAsync(member, broken);

        using var refused = await app.SignIn(member.Person.Email, member.Person.Password);

        await refused.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    private static (int Function, int Rounds) Decode(string hash)
    {
        var bytes = Convert.FromBase64String(hash);
        Assert.Equal(1, bytes[0]);
        return (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(5)));
    }

    private async Task<string> StoredAsync(Member member) => (await Accounts.Find(a => a.Id == member.Id).FirstAsync(Ct)).PasswordHash!;

    private Task<UpdateResult> StoreAsync(Member member, string hash) =>
        Accounts.UpdateOneAsync(a => a.Id == member.Id, Builders<Account>.Update.Set(a => a.PasswordHash, hash), cancellationToken: Ct);

    public sealed class SlowApp : AuthApp
    {
        public override void Prepare(TestSetup test) => test.Settings["Auth:PasswordIterations"] = "210000";
    }
}
