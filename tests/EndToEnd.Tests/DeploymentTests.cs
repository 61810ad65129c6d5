using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests;

/// <summary>What is delivered with the programs: packages, image, compose file.</summary>
public sealed partial class DeploymentTests
{
    /// <summary>The first versions without a hole that became known.</summary>
    private static readonly Dictionary<string, Version> AtLeast = new()
    {
        ["MimeKit"] = new(4, 15, 1),
        ["MailKit"] = new(4, 15, 1),
        ["BouncyCastle.Cryptography"] = new(2, 4, 0),
        ["Microsoft.IdentityModel.JsonWebTokens"] = new(8, 0, 0),
        ["System.IdentityModel.Tokens.Jwt"] = new(8, 0, 0),
        ["Newtonsoft.Json"] = new(13, 0, 1),
        ["SharpCompress"] = new(0, 29, 0),
        ["Snappier"] = new(1, 1, 1),
        ["MongoDB.Driver"] = new(3, 0, 0),
        ["NetVips.Native"] = new(8, 17, 0),
        ["SQLitePCLRaw.lib.e_sqlite3"] = new(2, 1, 11),
    };

    [Fact]
    [Proves(Requirement.SupplyChain)]
    public void Every_version_is_pinned_in_one_place()
    {
        var packages = XDocument.Parse(Read("Directory.Packages.props")).Descendants("PackageVersion").ToList();

        Assert.NotEmpty(packages);
        Assert.All(packages, package => Assert.Matches(ExactVersion(), package.Attribute("Version")!.Value));
        Assert.Equal(packages.Count, packages.DistinctBy(package => package.Attribute("Include")!.Value).Count());
        Assert.Contains("\"version\": \"10.", Read("global.json"), StringComparison.Ordinal);
    }

    [Fact]
    [Proves(Requirement.SupplyChain)]
    public void No_package_is_of_a_version_with_a_known_hole()
    {
        using var resolved = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Visuels.EndToEnd.Tests.deps.json")));
        var versions = resolved.RootElement.GetProperty("libraries").EnumerateObject()
            .Select(library => library.Name.Split('/'))
            .ToDictionary(library => library[0], library => Version.Parse(library[1].Split('-')[0]));

        Assert.Contains("MimeKit", versions.Keys);
        Assert.Equal(new Version(8, 5, 12), versions["MassTransit"]);
        foreach (var (package, least) in AtLeast.Where(bound => versions.ContainsKey(bound.Key)))
        {
            Assert.True(versions[package] >= least, $"{package} {versions[package]} is older than {least}.");
        }
    }

    [Fact]
    [Proves(Requirement.Containers)]
    public void The_image_runs_without_root()
    {
        var lines = Read("Dockerfile").Split('\n');
        var last = Array.FindLastIndex(lines, line => line.StartsWith("FROM ", StringComparison.Ordinal));

        Assert.Equal("USER $APP_UID", Assert.Single(lines[last..], line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.DoesNotContain("sdk", lines[last], StringComparison.Ordinal);
    }

    [Fact]
    [Proves(Requirement.Containers)]
    public void Containers_of_ours_cannot_write_and_have_no_rights()
    {
        var compose = Read("docker-compose.yml");
        var common = Section(compose, "x-service: &service");
        foreach (var setting in new[] { "read_only: true", "tmpfs: [/tmp]", "cap_drop: [ALL]", "security_opt: [\"no-new-privileges:true\"]" })
        {
            Assert.Contains(setting, common, StringComparison.Ordinal);
        }

        foreach (var service in new[] { "gateway", "auth", "product", "order", "chat", "jobs", "keys", "dead-letters" })
        {
            var own = Section(Services(compose), $"  {service}:");
            Assert.Contains("<<: *service", own, StringComparison.Ordinal);
            Assert.DoesNotMatch("read_only|cap_|security_opt|privileged|user:|docker.sock|network_mode|pid:", own);
        }
    }

    [Fact]
    [Proves(Requirement.Containers)]
    [Proves(Requirement.Secrets)]
    public void Only_Auth_has_the_whole_folder_of_keys_and_the_others_cannot_write_to_theirs()
    {
        var services = Services(Read("docker-compose.yml"));

        foreach (var service in new[] { "product", "order", "chat", "jobs" })
        {
            Assert.Equal([$"\"keys-{service}:/var/lib/visuels/keys:ro\""], Mounts(service));
            Assert.Contains($"- keys-{service}:/var/lib/visuels/shares/{service}\n", Section(services, "  keys:") + "\n", StringComparison.Ordinal);
        }

        Assert.Equal(["\"keys:/var/lib/visuels/keys\""], Mounts("auth"));
        Assert.Empty(Mounts("gateway"));

        List<string> Mounts(string service) => [.. KeyMounts().Matches(Section(services, $"  {service}:")).Select(match => match.Value)];
    }

    [Fact]
    [Proves(Requirement.Containers)]
    public void Store_and_broker_are_reached_from_inside_only_and_the_broker_has_no_guest()
    {
        var compose = Read("docker-compose.yml");
        var published = PublishedPorts().Matches(compose).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(["4000:4000", "127.0.0.1:8025:8025"], published);
        Assert.DoesNotContain("guest", compose, StringComparison.Ordinal);
    }

    /// <summary>Where <see cref="Broker.DeployedBroker"/> has them, too.</summary>
    [Fact]
    [Proves(Requirement.BrokerUsers), Proves(Requirement.Secrets)]
    public void Each_service_has_its_own_broker_user_and_the_broker_reads_what_they_may()
    {
        var services = Services(Read("docker-compose.yml"));
        var broker = Section(services, "  rabbitmq:");

        foreach (var mount in new[]
        {
            "      - source: rabbitmq-users.json\n        target: /etc/rabbitmq/definitions/10-users.json\n",
            "- ./deploy/rabbitmq/90-visuels.conf:/etc/rabbitmq/conf.d/90-visuels.conf:ro\n",
            "- ./deploy/rabbitmq/permissions.json:/etc/rabbitmq/definitions/20-permissions.json:ro\n",
        })
        {
            Assert.Contains(mount, broker, StringComparison.Ordinal);
        }

        foreach (var (service, user) in new[] { ("auth", "auth"), ("product", "product"), ("order", "order"), ("chat", "chat"), ("jobs", "jobs"), ("dead-letters", "operator") })
        {
            var own = Section(services, $"  {service}:");
            Assert.Equal([user], BrokerSecrets().Matches(own).Select(match => match.Groups[1].Value));
            Assert.Contains($"      - source: {user}.ConnectionStrings__RabbitMq\n        target: ConnectionStrings__RabbitMq\n", own, StringComparison.Ordinal);
        }

        Assert.Equal(6, BrokerSecrets().Count(services[..services.IndexOf("\nsecrets:\n", StringComparison.Ordinal)]));
    }

    /// <summary>What its files say; nothing here runs a MongoDB.</summary>
    [Fact]
    [Proves(Requirement.StoreUsers)]
    public void With_users_of_the_store_each_service_has_its_own_for_its_own_database()
    {
        var services = Services(Read("compose.store-users.yml"));

        foreach (var service in new[] { "auth", "product", "order", "chat", "jobs" })
        {
            Assert.Equal($"    secrets:\n      - source: {service}.ConnectionStrings__Mongo\n        target: ConnectionStrings__Mongo\n", Section(services, $"  {service}:"));
        }

        Assert.Contains("[mongod, --replSet, rs0, --bind_ip_all, --keyFile, /tmp/mongo.key]", Section(services, "  mongo:"), StringComparison.Ordinal);
        var users = Read("users.js");
        Assert.Contains("['auth', 'product', 'order', 'chat', 'jobs']", users, StringComparison.Ordinal);
        Assert.Equal("roles: [{ role: 'readWrite', db: database }]", Assert.Single(users.Split('\n'), line => line.Contains("role", StringComparison.Ordinal)).Trim(' ', ','));
    }

    [Fact]
    [Proves(Requirement.Secrets)]
    public void No_secret_stands_in_an_environment_of_a_container()
    {
        foreach (var compose in new[] { Read("docker-compose.yml"), Read("compose.store-users.yml") })
        {
            var containers = compose[..compose.IndexOf("\nsecrets:\n", StringComparison.Ordinal)];

            Assert.DoesNotMatch(@"(?i)(pass|password|secret|privatekey):\s*\S", containers);
            Assert.DoesNotContain("amqp://", compose, StringComparison.Ordinal);
        }
    }

    private static string Services(string compose) => compose[compose.IndexOf("\nservices:", StringComparison.Ordinal)..];

    /// <summary>The lines below a key, as far as they are indented more.</summary>
    private static string Section(string yaml, string key)
    {
        var lines = yaml.Split('\n');
        var indent = key.TakeWhile(char.IsWhiteSpace).Count();
        return string.Join('\n', lines.SkipWhile(line => line != key).Skip(1).TakeWhile(line => line.Length == 0 || line.TakeWhile(char.IsWhiteSpace).Count() > indent));
    }

    private static string Read(string name)
    {
        using var file = new StreamReader(typeof(DeploymentTests).Assembly.GetManifestResourceStream(name)!);
        return file.ReadToEnd();
    }

    [GeneratedRegex(@"^\d+(\.\d+){1,3}$")]
    private static partial Regex ExactVersion();

    [GeneratedRegex(@"""keys[^""]*""")]
    private static partial Regex KeyMounts();

    [GeneratedRegex(@"(\w+)\.ConnectionStrings__RabbitMq")]
    private static partial Regex BrokerSecrets();

    [GeneratedRegex(@"ports: \[""([^""]+)""\]")]
    private static partial Regex PublishedPorts();
}
