using Microsoft.Extensions.Configuration;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Secrets;

/// <summary>What Production asks of the secrets in its settings. The messages name settings, never values.</summary>
internal static class SecretRules
{
    /// <summary>Characters of a password that one of us makes.</summary>
    private const int Own = 16;

    /// <summary>Characters of a password that somebody else gives us.</summary>
    private const int Given = 8;

    // Whatever stands in manuals, examples and other people's compose files.
    private static readonly string[] Samples =
        ["guest", "admin", "root", "user", "password", "passw0rd", "secret", "changeme", "change-me", "change_me", "example", "sample", "placeholder", "dummy", "visuels", "rabbitmq", "mongo", "letmein"];

    private static readonly string[] SampleStarts = ["your", "private_your", "<", "xxx", "replace"];

    /// <summary>Refuses secrets that are missing, short or samples.</summary>
    /// <param name="configuration">The settings of a service in Production.</param>
    /// <exception cref="StartupException">One of them is.</exception>
    public static void Check(IConfiguration configuration)
    {
        CheckStore(configuration.GetConnectionString("Mongo"));
        CheckBroker(configuration.GetConnectionString("RabbitMq"));
        CheckPair(configuration, "Smtp:UserName", "Smtp:Password", Given);
        CheckPair(configuration, "Google:ClientId", "Google:ClientSecret", Own);
        CheckPair(configuration, "ImageKit:PrivateKey", "ImageKit:PrivateKey", Own);
    }

    // A store without credentials is the deployment's decision, one with a sample's is a mistake.
    private static void CheckStore(string? connection)
    {
        if (!string.IsNullOrEmpty(connection) && Read(connection) is { Username: { Length: > 0 } } url)
        {
            Check("ConnectionStrings:Mongo (password)", url.Password, Own);
        }
    }

    private static void CheckBroker(string? connection)
    {
        if (string.IsNullOrEmpty(connection) || !Uri.TryCreate(connection, UriKind.Absolute, out var uri))
        {
            return;
        }

        var parts = uri.UserInfo.Split(':', 2);
        Check("ConnectionStrings:RabbitMq (password)", parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : null, Own);
        if (parts[0] == "guest")
        {
            throw new StartupException("ConnectionStrings:RabbitMq: the user guest is not for Production.");
        }
    }

    private static void CheckPair(IConfiguration configuration, string where, string secret, int length)
    {
        if (!string.IsNullOrEmpty(configuration[where]))
        {
            Check(secret, configuration[secret], length);
        }
    }

    private static void Check(string setting, string? value, int length)
    {
        var refusal = value switch
        {
            null or "" => "is not set",
            _ when IsSample(value) => "is a sample; Production needs one of its own",
            _ when value.Length < length => $"is shorter than {length} characters",
            _ => null,
        };
        if (refusal is not null)
        {
            throw new StartupException($"{setting} {refusal}.");
        }
    }

    private static bool IsSample(string value) =>
        value.Distinct().Count() < 5
        || IsOfSamples(value)
        || SampleStarts.Any(start => value.StartsWith(start, StringComparison.OrdinalIgnoreCase))
        || value.Contains("changeme", StringComparison.OrdinalIgnoreCase)
        || value.Contains("example", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether samples, one or several, and what people put behind and between them, are all there is.</summary>
    private static bool IsOfSamples(string value)
    {
        var rest = Samples.OrderByDescending(sample => sample.Length)
            .Aggregate(value, (text, sample) => text.Replace(sample, "", StringComparison.OrdinalIgnoreCase));
        return rest.Length < value.Length && !rest.Any(char.IsLetter);
    }

    private static MongoUrl? Read(string connection)
    {
        try
        {
            return MongoUrl.Create(connection);
        }
        catch (Exception e) when (MongoExtensions.IsAboutConnectionString(e))
        {
            // Said where the store is set up.
            return null;
        }
    }
}
