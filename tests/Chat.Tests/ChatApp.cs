using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Chat.Tests;

/// <summary>Chat on a real port, with a fake Auth that knows its people.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit disposes it by IAsyncLifetime.")]
public sealed class ChatApp : IAsyncLifetime
{
    public ServiceUnderTest Service { get; private set; } = null!;

    public static Task<ServiceUnderTest> StartAsync(Action<TestSetup>? setup = null) => ServiceUnderTest.StartAsync(ChatService.Build, setup);

    public async ValueTask InitializeAsync() => Service = await StartAsync();

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    internal Person Buyer(string name = "Bea") => Service.Buyer(name);

    internal Person Artist(string name = "Ada") => Service.Artist(name);
}

internal static class People
{
    public static Person Buyer(this ServiceUnderTest service, string name = "Bea") => service.Someone(name, Roles.User);

    public static Person Artist(this ServiceUnderTest service, string name = "Ada") => service.Someone(name, Roles.Artist);

    public static Person Someone(this ServiceUnderTest service, string name, string role)
    {
        var card = service.Auth.Add(name, role);
        return service.SignedIn(card.Id, card.Name, card.Username, role);
    }

    /// <summary>Somebody with a good token of whom Auth knows nothing.</summary>
    public static Person Stranger(this ServiceUnderTest service) => service.SignedIn(ObjectId.GenerateNewId(), "", "", Roles.User);

    /// <summary>The same person after the service was started again.</summary>
    public static Person Again(this ServiceUnderTest service, Person person, string role) =>
        service.SignedIn(person.Id, person.Name, person.Username, role);

    private static Person SignedIn(this ServiceUnderTest service, ObjectId id, string name, string username, string role)
    {
        var token = service.Keys.AccessToken(id, role);
        return new Person(id, name, username, token, service.Client(token));
    }
}
