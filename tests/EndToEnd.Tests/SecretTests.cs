using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Visuels.AllInOne;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests;

/// <summary>Production starts with secrets of its own, or not at all.</summary>
[Proves(Requirement.Secrets)]
public sealed class SecretTests
{
    private const string Short = "k3Yx9qT";
    private const string Strong = "h7Qm2vXw9Lr4Tz6Bn8Kc";
    private const string Removed = "";

    // A builder that is refused leaves its watch of files behind, and a system gives a user few.
    private const string Unwatched = "--hostBuilder:reloadConfigOnChange=false";

    // RFC 7515, A.3: in every library's tests.
    private const string SampleKey = """{"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""";

    private static readonly Dictionary<string, Func<string[], Action<WebApplicationBuilder>?, WebApplication>> Services =
        Parts.Services.Append(Parts.Gateway).ToDictionary(part => part.Identity.Name, part => part.Build);

    public static TheoryData<string> Names => [.. Services.Keys];

    public static TheoryData<string, string, string> BadSettings
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var service in TokenRules.Services)
            {
                Add(service, "ConnectionStrings:Mongo", Removed, "mongodb://visuels:guest@mongo", "mongodb://visuels:password123@mongo", "mongodb://visuels:Password-12345678@mongo", $"mongodb://visuels:{Short}@mongo");
                Add(
                    service, "ConnectionStrings:RabbitMq", Removed, "amqp://rabbitmq:5672/", $"amqp://guest:{Strong}@rabbitmq/", "amqp://guest:guest@rabbitmq:5672/",
                    "amqp://visuels:changeme-please-now@rabbitmq/", "amqp://visuels:guestguestguestguest@rabbitmq/", $"amqp://visuels:{Short}@rabbitmq/", "amqp://visuels@rabbitmq/");
            }

            foreach (var service in new[] { "auth", "product" })
            {
                Add(service, "ImageKit:PrivateKey", "private_your_key_comes_here", $"private_{Short}", "aaaaaaaaaaaaaaaaaaaaaaaa");
            }

            Add("auth", "Google:ClientSecret", Removed, "your-google-client-secret", Short, "example-secret-of-the-manual");
            Add("jobs", "Smtp:Host", Removed);
            Add("jobs", "Smtp:Password", Removed, "password", "ChangeMe123", "k3Yx9q");
            return cases;

            void Add(string service, string setting, params string[] values)
            {
                foreach (var value in values)
                {
                    cases.Add(service, setting, value);
                }
            }
        }
    }

    public static TheoryData<string, string, string> BadFiles
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var (service, file) in TokenRules.Services.Select(service => (service, $"{service}.pem")).Append(("auth", "auth-signing.pem")))
            {
                cases.Add(service, file, "missing");
                cases.Add(service, file, "empty");
                cases.Add(service, file, "another curve");
                cases.Add(service, file, "sample");
            }

            foreach (var (service, file) in new[] { ("auth", "sealing.key"), ("jobs", "sealing.key"), ("chat", "chat.key") })
            {
                cases.Add(service, file, "missing");
                cases.Add(service, file, "empty");
                cases.Add(service, file, "short ring");
                cases.Add(service, file, "typed ring");
                cases.Add(service, file, "zero ring");
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task With_secrets_of_its_own_a_service_is_built(string service)
    {
        await using var app = Build(service, Keys());
        Assert.True(app.Environment.EnvironmentName == "Production");
    }

    [Theory]
    [MemberData(nameof(BadSettings))]
    public void A_secret_that_is_missing_short_or_a_sample_stops_the_start_in_one_line(string service, string setting, string value)
    {
        var line = Refusal(() => Build(service, Keys(), (setting, value)));

        Assert.Contains(setting, line, StringComparison.Ordinal);
        // A value tells itself by its password.
        Assert.DoesNotContain(value.Split("://")[^1].Split('@')[0].Split(':')[^1] is { Length: > 0 } secret ? secret : "\n", line, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_key_that_is_missing_broken_or_a_sample_stops_the_start_in_one_line(string service, string file, string fault)
    {
        var keys = Keys();
        var path = Path.Combine(keys, file);
        File.Delete(path);
        if (Content(fault) is { } content)
        {
            File.WriteAllText(path, content);
        }

        var line = Refusal(() => Build(service, keys));

        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.DoesNotContain("BEGIN", line, StringComparison.Ordinal);
    }

    /// <summary>A password with a character that an address cannot hold is the usual mistake, and libraries quote the whole address.</summary>
    [Theory]
    [InlineData($"mongodb://visuels:{Strong}/x@mongo:27017")]
    [InlineData($"mongodb://visuels:{Strong}@x@mongo:27017")]
    [InlineData($"mongodb://visuels:{Strong}%zz@mongo:27017")]
    [InlineData($"mongodb://visuels:{Strong}:x@mongo:27017")]
    [InlineData($"mongodb://visuels:{Strong}@mongo:99999999")]
    [InlineData($"mongodb://visuels:{Strong}@mongo/?tls=perhaps")]
    [InlineData($"mongodb://visuels:{Strong}@mongo/?w=-5&maxPoolSize=many")]
    [InlineData($"mongodb+srv://visuels:{Strong}@mongo:27017")]
    [InlineData($"visuels:{Strong}@mongo")]
    [InlineData($"amqp://visuels:{Strong}@mongo")]
    [InlineData(" ")]
    public void A_connection_string_that_cannot_be_read_stops_the_start_in_one_line_and_is_not_quoted(string connection)
    {
        var line = Refusal(() => Build("order", Keys(), ("ConnectionStrings:Mongo", connection)));

        Assert.StartsWith("ConnectionStrings:Mongo", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Strong, line, StringComparison.Ordinal);
    }

    /// <summary>What is not Production by an operator's slip of the pen would run without all of this.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("Prod")]
    [InlineData("Production ")]
    [InlineData("Developement")]
    public void An_environment_that_is_none_of_the_three_stops_the_start(string environment) => Assert.All(
        Services.Values, build => Assert.StartsWith("ASPNETCORE_ENVIRONMENT", Refusal(() => build([Unwatched, $"--environment={environment}"], null)), StringComparison.Ordinal));

    [Theory]
    [InlineData("PRODUCTION")]
    public void Production_in_other_letters_is_Production(string environment) => Assert.All(
        TokenRules.Services,
        service => Assert.Contains("ConnectionStrings", Refusal(() => Services[service]([Unwatched, $"--environment={environment}", $"--ConnectionStrings:Mongo=mongodb://visuels:{Short}@mongo"], null)), StringComparison.Ordinal));

    [Theory]
    [InlineData("Visuels.Auth.dll")]
    [InlineData("Visuels.Products.dll")]
    [InlineData("Visuels.Orders.dll")]
    [InlineData("Visuels.Chat.dll")]
    [InlineData("Visuels.Jobs.dll")]
    public async Task The_process_ends_with_1_and_does_not_print_the_secret(string assembly)
    {
        var (exitCode, output) = await ProgramProcess.RunAsync(
            assembly,
            ["--environment=Production", $"--ConnectionStrings:Mongo=mongodb://visuels:{Short}@mongo"],
            TestContext.Current.CancellationToken,
            new Dictionary<string, string?> { ["ConnectionStrings__RabbitMq"] = $"amqp://visuels:{Strong}@rabbitmq/" });

        Assert.Equal(1, exitCode);
        Assert.Contains("ConnectionStrings:Mongo", Assert.Single(output.Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain(Short, output, StringComparison.Ordinal);
        Assert.DoesNotContain(Strong, output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Secrets_may_lie_in_files(string service)
    {
        var folder = TemporaryFolder.Create("visuels-secrets-");
        await File.WriteAllTextAsync(Path.Combine(folder, "ConnectionStrings__RabbitMq"), $"amqp://visuels:{Strong}@rabbitmq/\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "ImageKit__PrivateKey"), "", TestContext.Current.CancellationToken);

        await using var app = Build(service, Keys(), ("Secrets:Folder", folder), ("ConnectionStrings:RabbitMq", "amqp://guest:guest@rabbitmq/"));

        Assert.Equal($"amqp://visuels:{Strong}@rabbitmq/", app.Configuration["ConnectionStrings:RabbitMq"]);
        Assert.Contains("Secrets:Folder", Refusal(() => Build(service, Keys(), ("Secrets:Folder", Path.Combine(folder, "nowhere")))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://*")]
    [InlineData("https://*.example.com")]
    [InlineData("null")]
    [InlineData("https://user@shop.example.com")]
    [Proves(Requirement.Cors)]
    public void There_is_no_origin_that_stands_for_all(string origin) =>
        Assert.All(Services.Keys, service => Assert.Contains("FrontendUrl", Refusal(() => Build(service, Keys(), ("FrontendUrl", origin))), StringComparison.Ordinal));

    private static string? Content(string fault)
    {
        switch (fault)
        {
            case "missing":
                return null;
            case "another curve":
                using (var other = ECDsa.Create(ECCurve.NamedCurves.nistP384))
                {
                    return other.ExportPkcs8PrivateKeyPem();
                }

            case "sample":
                var jwk = new Microsoft.IdentityModel.Tokens.JsonWebKey(SampleKey);
                using (var sample = ECDsa.Create(new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP256,
                    D = Decode(jwk.D),
                    Q = new ECPoint { X = Decode(jwk.X), Y = Decode(jwk.Y) },
                }))
                {
                    return sample.ExportPkcs8PrivateKeyPem();
                }

            case "short ring":
                return $"k1 {Convert.ToBase64String(RandomNumberGenerator.GetBytes(16))}\n";
            case "typed ring":
                return $"k1 {Convert.ToBase64String("this-is-32-letters-of-a-password"u8)}\n";
            case "zero ring":
                return $"k1 {Convert.ToBase64String(new byte[32])}\n";
            default:
                return "";
        }

        static byte[] Decode(string text) => Microsoft.IdentityModel.Tokens.Base64UrlEncoder.DecodeBytes(text);
    }

    /// <summary>What the operator would read.</summary>
    private static string Refusal(Func<WebApplication> build)
    {
        var failure = Assert.ThrowsAny<Exception>(() => _ = build());
        var line = ServiceHost.StartFailure(failure);
        Assert.True(line is not null, $"A stack trace instead of a line: {failure}");
        Assert.DoesNotContain('\n', line);
        return line;
    }

    private static WebApplication Build(string service, string keys, params (string Setting, string Value)[] changes)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings:Mongo"] = $"mongodb://visuels:{Strong}@127.0.0.1:1",
            ["ConnectionStrings:RabbitMq"] = $"amqp://visuels:{Strong}@127.0.0.1:1/",
            ["Keys:Folder"] = keys,
            ["Images:Folder"] = TemporaryFolder.Create("visuels-images-"),
            ["Smtp:Host"] = "mail.example.com",
            ["Smtp:UserName"] = "visuels",
            ["Smtp:Password"] = Strong,
            ["Google:ClientId"] = "client.apps.googleusercontent.com",
            ["Google:ClientSecret"] = "GOCSPX-" + Strong,
            ["ImageKit:PrivateKey"] = "private_" + Strong,
            ["ImageKit:UrlEndpoint"] = "https://ik.imagekit.io/visuels",
        };
        foreach (var (setting, value) in changes)
        {
            settings[setting] = value;
        }

        return Services[service]([Unwatched, "--environment=Production", .. settings.Where(setting => setting.Value != Removed).Select(setting => $"--{setting.Key}={setting.Value}")], null);
    }

    private static string Keys()
    {
        var keys = new TestKeys().Folder;
        foreach (var ring in new[] { KeyFolder.SealingRing, KeyFolder.ChatRing })
        {
            File.WriteAllText(Path.Combine(keys, ring), $"k1 {Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}\n");
        }

        return keys;
    }
}
