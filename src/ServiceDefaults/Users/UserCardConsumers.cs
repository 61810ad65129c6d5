using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Users;

/// <summary>Registers the copies of accounts and the consumers that feed them.</summary>
public static class UserCardExtensions
{
    /// <summary>Registers <see cref="UserCards"/>.</summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddUserCards(this IServiceCollection services)
    {
        services.AddServiceClient<UserCardsClient>("auth");
        return services.AddStore<UserCards>();
    }

    /// <summary>Reads <see cref="UserRegistered"/>, <see cref="UserUpdated"/> and <see cref="UserDeleted"/> into <see cref="UserCards"/>.</summary>
    /// <param name="bus">The service's bus.</param>
    public static void AddUserCardConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<UserRegisteredConsumer>();
        bus.AddConsumer<UserUpdatedConsumer>();
        bus.AddConsumer<UserDeletedConsumer>();
    }

    /// <summary>Adds something that holds data of people, and forgets those who delete their account.</summary>
    /// <typeparam name="T">What holds the data.</typeparam>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddForgetting<T>(this IServiceCollection services)
        where T : class, IForgetsUsers
    {
        services.TryAddSingleton<T>();
        return services.AddSingleton<IForgetsUsers>(provider => provider.GetRequiredService<T>());
    }

    /// <summary>The card that an event carries.</summary>
    /// <param name="user">The event.</param>
    public static UserCard ToCard(this UserRegistered user) => new()
    {
        Id = ObjectId.Parse(user.UserId),
        Version = user.Version,
        Username = user.Username,
        Name = user.Name,
        Email = user.Email,
        Role = user.Role,
    };

    /// <summary>The card that an event carries.</summary>
    /// <param name="user">The event.</param>
    public static UserCard ToCard(this UserUpdated user) => new()
    {
        Id = ObjectId.Parse(user.UserId),
        Version = user.Version,
        Username = user.Username,
        Name = user.Name,
        Email = user.Email,
        Role = user.Role,
    };
}

/// <summary>Keeps the copy of a new account.</summary>
public sealed class UserRegisteredConsumer(UserCards cards) : IConsumer<UserRegistered>
{
    /// <inheritdoc />
    public Task Consume(ConsumeContext<UserRegistered> context) => cards.ApplyAsync(context.Message.ToCard(), context.CancellationToken);
}

/// <summary>Keeps the copy of a changed account.</summary>
public sealed class UserUpdatedConsumer(UserCards cards) : IConsumer<UserUpdated>
{
    /// <inheritdoc />
    public Task Consume(ConsumeContext<UserUpdated> context) => cards.ApplyAsync(context.Message.ToCard(), context.CancellationToken);
}
