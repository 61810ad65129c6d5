using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Mongo;

/// <summary>One MongoDB database per service.</summary>
public static class MongoExtensions
{
    private const string DevelopmentDefault = "mongodb://localhost:27017";

    /// <summary>
    /// Registers the service's <see cref="IMongoDatabase"/>. <c>ConnectionStrings:Mongo</c> says where (required in Production),
    /// <c>Mongo:DatabasePrefix</c> goes in front of the database's name.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="database">Name of the database, for example <c>visuels-order</c>.</param>
    public static WebApplicationBuilder AddMongo(this WebApplicationBuilder builder, string database)
    {
        MongoConventions.Register();
        var connection = builder.Configuration.GetConnectionString("Mongo")
            ?? (builder.Environment.IsProduction() ? throw new StartupException("ConnectionStrings:Mongo is not set.") : DevelopmentDefault);
        var name = builder.Configuration["Mongo:DatabasePrefix"] + database;

        var settings = Settings(connection);

        builder.Services.AddSingleton<IMongoClient>(_ => new MongoClient(settings));
        builder.Services.AddSingleton(services => services.GetRequiredService<IMongoClient>().GetDatabase(name));
        builder.Services.AddHealthChecks().AddCheck<MongoHealth>("mongo", tags: [ServiceDefaultsExtensions.ReadyTag], timeout: TimeSpan.FromSeconds(3));
        // Ahead of every other hosted service: no request, message or relay runs without its unique indexes.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, IndexCreation>());
        return builder;
    }

    /// <summary>Registers a store that creates indexes.</summary>
    /// <typeparam name="TStore">The store's class.</typeparam>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddStore<TStore>(this IServiceCollection services)
        where TStore : class, ICreatesIndexes =>
        services.AddSingleton<TStore>().AddSingleton<ICreatesIndexes>(provider => provider.GetRequiredService<TStore>());

    /// <summary>Whether the driver could not read a connection string.</summary>
    internal static bool IsAboutConnectionString(Exception exception) =>
        exception is MongoException or ArgumentException or FormatException or OverflowException;

    private static MongoClientSettings Settings(string connection)
    {
        MongoClientSettings settings;
        try
        {
            settings = MongoClientSettings.FromConnectionString(connection);
        }
        catch (Exception e) when (IsAboutConnectionString(e))
        {
            // The driver's words quote the connection string, and with it the password.
            throw new StartupException(
                "ConnectionStrings:Mongo must look like mongodb://user:password@host:27017/?option=value; in user and password, a character such as @ : / % is written as %40 and so on.");
        }

        // A request waits this long for a store that is gone, then gets its 503; unless the connection string says how long.
        settings.ServerSelectionTimeout = Unless(settings.ServerSelectionTimeout, MongoDefaults.ServerSelectionTimeout, seconds: 2);
        settings.ConnectTimeout = Unless(settings.ConnectTimeout, MongoDefaults.ConnectTimeout, seconds: 2);
        settings.SocketTimeout = Unless(settings.SocketTimeout, MongoDefaults.SocketTimeout, seconds: 15);
        settings.WaitQueueTimeout = Unless(settings.WaitQueueTimeout, MongoDefaults.WaitQueueTimeout, seconds: 5);
        // The driver's 2 make a burst after a start wait for connections rather than for answers.
        settings.MaxConnecting = 8;
        // Acknowledged means: on disk, on a majority.
        settings.WriteConcern = WriteConcern.WMajority.With(journal: true);
        return settings;
    }

    private static TimeSpan Unless(TimeSpan given, TimeSpan driversOwn, int seconds) => given == driversOwn ? TimeSpan.FromSeconds(seconds) : given;
}
