using System.Text.Json;
using System.Text.RegularExpressions;
using MongoDB.Driver;
using Visuels.EndToEnd.Tests.Broker;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests;

/// <summary>What <c>deploy/new-env.sh</c> writes is what docker-compose.yml asks for, with secrets in files only.</summary>
public sealed partial class NewEnvironmentTests
{
    private static readonly string[] Services = ["auth", "product", "order", "chat", "jobs"];
    private static readonly string[] BrokerUsers = [.. Services, "operator"];

    private readonly NewEnvironment _environment = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.Secrets), Proves(Requirement.BrokerUsers)]
    public async Task Each_service_gets_a_drawn_password_in_a_file_and_broker_and_environment_get_none()
    {
        Assert.Equal(0, await _environment.RunAsync(Ct));

        var connections = BrokerUsers.Select(user => _environment.Read($"secrets/{user}.ConnectionStrings__RabbitMq")).ToList();
        var passwords = connections.Select(connection => Password().Match(connection).Groups[1].Value).ToList();
        Assert.Equal(BrokerUsers.Zip(passwords, (user, password) => $"amqp://{user}:{password}@rabbitmq:5672/"), connections);
        Assert.All(passwords, password => Assert.True(password.Length >= 32));
        Assert.Equal(BrokerUsers.Length, passwords.Distinct().Count());

        // The broker is told only what a password hashes to.
        var users = _environment.Read("secrets/rabbitmq-users.json");
        Assert.All(passwords, password => Assert.DoesNotContain(password, users + _environment.Read(".env"), StringComparison.Ordinal));
        Assert.DoesNotMatch(@"(?im)^\w*(password|secret|private)\w*=", _environment.Read(".env"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_environment.PathOf("secrets")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_environment.PathOf(".env")));
        }
    }

    [Fact]
    [Proves(Requirement.Containers)]
    public async Task Every_variable_that_compose_demands_and_every_secret_that_it_names_is_there()
    {
        Assert.Equal(0, await _environment.RunAsync(Ct));
        var compose = NewEnvironment.Delivered("docker-compose.yml") + NewEnvironment.Delivered("compose.store-users.yml");

        var demanded = DemandedVariables().Matches(compose).Select(match => match.Groups[1].Value).Distinct().ToList();
        var secrets = SecretFiles().Matches(compose).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(demanded);
        Assert.All(demanded, name => Assert.Matches($"(?m)^{name}=.", _environment.Read(".env")));
        Assert.Equal(secrets.Order(StringComparer.Ordinal), Files().Keys.Where(name => name.StartsWith("secrets/", StringComparison.Ordinal)).Select(name => name["secrets/".Length..]));
    }

    [Fact]
    [Proves(Requirement.StoreUsers)]
    public async Task Each_service_gets_a_user_of_the_store_whose_account_lies_in_its_own_database()
    {
        Assert.Equal(0, await _environment.RunAsync(Ct));

        var connections = Services.Select(service => MongoUrl.Create(_environment.Read($"secrets/{service}.ConnectionStrings__Mongo"))).ToList();
        Assert.Equal(Services, connections.Select(connection => connection.Username));
        Assert.Equal(Services.Select(service => $"visuels-{service}"), connections.Select(connection => connection.AuthenticationSource));
        string[] passwords = [.. connections.Select(connection => connection.Password), _environment.Read("secrets/mongo.root"), _environment.Read("secrets/mongo.key")];
        Assert.Equal(passwords.Length, passwords.Distinct().Count());
        Assert.All(passwords, password => Assert.InRange(password.Length, 32, 1024));
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        Assert.Equal(0, await _environment.RunAsync(Ct));
        await File.AppendAllTextAsync(_environment.PathOf(".env"), "RATE_LIMIT_SCALE=2\n", Ct);
        var before = Files();

        Assert.Equal(0, await _environment.RunAsync(Ct));

        Assert.Equal(before, Files());
    }

    /// <summary>How an installation from before the users gets them, and how a password is changed.</summary>
    [Fact]
    public async Task What_is_missing_is_made_and_the_broker_is_told()
    {
        Assert.Equal(0, await _environment.RunAsync(Ct));
        var before = Files();
        File.Delete(_environment.PathOf("secrets/chat.ConnectionStrings__RabbitMq"));

        Assert.Equal(0, await _environment.RunAsync(Ct));

        var after = Files();
        Assert.Equal(
            ["secrets/chat.ConnectionStrings__RabbitMq", "secrets/rabbitmq-users.json"],
            after.Where(file => before[file.Key] != file.Value).Select(file => file.Key));
        using var users = JsonDocument.Parse(after["secrets/rabbitmq-users.json"]);
        Assert.Equal(BrokerUsers, users.RootElement.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("name").GetString()));
    }

    private SortedDictionary<string, string> Files() => new(
        Directory.GetFiles(_environment.PathOf("secrets")).Select(path => $"secrets/{Path.GetFileName(path)}").Append(".env").ToDictionary(name => name, _environment.Read),
        StringComparer.Ordinal);

    [GeneratedRegex(@":([0-9a-f]+)@")]
    private static partial Regex Password();

    [GeneratedRegex(@"\$\{(\w+):\?")]
    private static partial Regex DemandedVariables();

    [GeneratedRegex(@"file: \./secrets/(\S+)")]
    private static partial Regex SecretFiles();
}
