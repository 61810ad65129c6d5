using Visuels.Auth.Passwords;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

[Proves(Requirement.PasswordRules)]
public sealed class PasswordRuleTests(AuthApp app) : IClassFixture<AuthApp>
{
    [Theory]
    [InlineData("password1234")]
    [InlineData("PassWord1234")]
    [InlineData("pass word 1234")]
    [InlineData("iloveyou")]
    [InlineData("12345678")]
    [InlineData("visuels2024!")]
    [InlineData("!!Visuels!!")]
    [InlineData("2024-visuels")]
    [InlineData("{username}")]
    [InlineData("{username}!")]
    [InlineData("00{username}99")]
    [InlineData("{local}")]
    [InlineData("{local}2026!")]
    [InlineData("{email}")]
    public async Task Nobody_gets_a_password_that_everybody_tries_first(string pattern)
    {
        var number = Guid.NewGuid().ToString("N")[..6];
        var person = AuthApp.Someone() with { Email = $"jane.miller.{number}@example.com", Username = $"Jane_{number}x" };
        var password = pattern.Replace("{username}", person.Username, StringComparison.Ordinal)
            .Replace("{local}", person.Email.Split('@')[0], StringComparison.Ordinal)
            .Replace("{email}", person.Email, StringComparison.Ordinal);

        using var refused = await app.Post("/email-signup", person with { Password = password });

        await refused.Refuses(HttpStatusCode.BadRequest, "password_common");
        using var signIn = await app.SignIn(person.Email, password);
        await signIn.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    [Theory]
    [InlineData("visuels sells my paintings")]
    [InlineData("only lower case letters")]
    [InlineData("74 85 96 31 46 79")]
    [InlineData("🎨🖌🖼🏛🗿🎭🧵🪡")]
    public async Task No_kind_of_character_is_asked_for_and_words_may_stand_among_others(string password)
    {
        using var accepted = await app.Post("/email-signup", AuthApp.Someone() with { Password = password });

        await accepted.Should(HttpStatusCode.Created);
    }

    [Fact]
    public void The_list_has_more_than_ten_thousand_passwords_of_a_length_that_would_be_accepted()
    {
        using var stream = typeof(AuthService).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        var listed = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];

        Assert.True(listed.Distinct().Count() >= 15_000);
        Assert.All(listed, password =>
        {
            Assert.InRange(password.Length, PasswordRules.Shortest, PasswordRules.Longest);
            Assert.True(PasswordPolicy.IsCommon(password));
            Assert.True(PasswordPolicy.IsCommon(password.ToUpperInvariant()));
        });
    }

    [Theory]
    [InlineData(7, HttpStatusCode.BadRequest)]
    [InlineData(8, HttpStatusCode.Created)]
    [InlineData(128, HttpStatusCode.Created)]
    [InlineData(129, HttpStatusCode.BadRequest)]
    public async Task A_password_has_8_to_128_characters_however_many_bytes_each_takes(int length, HttpStatusCode expected)
    {
        foreach (var character in new[] { "x", "é", "漢", "🎨" })
        {
            // Not only one character over and over: such are on the list.
            var password = string.Concat(Enumerable.Repeat(character, length - 2)) + "q7";

            using var response = await app.Post("/email-signup", AuthApp.Someone() with { Password = password });

            await response.Should(expected);
        }
    }

    [Fact]
    public async Task Nothing_of_a_password_is_cut_off()
    {
        var longest = string.Concat(Enumerable.Repeat("long and ", 15))[..127];
        var member = await app.Join(AuthApp.Someone() with { Password = longest + "!" });

        using var withoutLast = await app.SignIn(member.Person.Email, longest);
        using var withOtherLast = await app.SignIn(member.Person.Email, longest + "?");
        using var right = await app.SignIn(member.Person.Email, longest + "!");

        await withoutLast.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        await withOtherLast.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        await right.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Blanks_before_and_behind_belong_to_a_password()
    {
        var member = await app.Join(AuthApp.Someone() with { Password = " a quiet afternoon " });

        using var trimmed = await app.SignIn(member.Person.Email, "a quiet afternoon");
        using var typed = await app.SignIn(member.Person.Email, " a quiet afternoon ");

        await trimmed.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        await typed.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_operator_can_ask_for_longer_ones()
    {
        await using var strict = new StrictApp();
        await strict.InitializeAsync();

        using var tooShort = await strict.Post("/email-signup", AuthApp.Someone() with { Password = "fourteen chars" });
        using var longEnough = await strict.Post("/email-signup", AuthApp.Someone() with { Password = "fifteen letters" });

        var problem = await tooShort.Refuses(HttpStatusCode.BadRequest, "validation_failed");
        Assert.Contains("15", problem.Text("message"), StringComparison.Ordinal);
        await longEnough.Should(HttpStatusCode.Created);
    }

    private sealed class StrictApp : AuthApp
    {
        public override void Prepare(TestSetup test) => test.Settings["Auth:PasswordLength"] = "15";
    }
}
