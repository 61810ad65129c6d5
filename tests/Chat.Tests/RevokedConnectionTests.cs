using System.Net;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

/// <summary>An open connection has shown its token once; whoever may not come any more must not stay either.</summary>
[Proves(Requirement.Revocation), Proves(Requirement.HubDoor)]
public sealed class RevokedConnectionTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_of_a_blocked_user_are_closed_and_all_others_stay()
    {
        var (blocked, other) = (app.Buyer(), app.Artist());
        await using var first = await Device.ConnectAsync(app.Service, blocked);
        await using var second = await Device.ConnectAsync(app.Service, blocked);
        await using var others = await Device.ConnectAsync(app.Service, other);

        await app.Service.Bus.PublishAsync(new SessionsRevoked(blocked.Id.ToString(), 2, 1, 1, null, Roles.User, DateTimeOffset.UtcNow));

        await first.WaitUntilClosedAsync();
        await second.WaitUntilClosedAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => Device.ConnectAsync(app.Service, blocked));
        await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => others.SendAsync("nobody", "still here"));
    }

    [Fact]
    public async Task Connections_of_a_session_that_has_ended_are_closed_and_those_of_another_stay()
    {
        var person = app.Buyer();
        var session = ObjectId.GenerateNewId().ToString();
        var token = app.Service.Keys.AccessToken(person.Id, Roles.User, alter: t => t.Claims[TokenRules.Session] = session);
        await using var ended = await Device.ConnectAsync(app.Service, person with { Token = token });
        await using var another = await Device.ConnectAsync(app.Service, person);

        await app.Service.Bus.PublishAsync(new SessionEnded(session, person.Id.ToString(), DateTimeOffset.UtcNow));

        await ended.WaitUntilClosedAsync();
        await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => another.SendAsync("nobody", "still here"));
    }

    [Fact]
    public async Task Connections_with_an_old_role_are_closed_and_come_back_with_the_new_one()
    {
        var person = app.Buyer();
        await using var device = await Device.ConnectAsync(app.Service, person);

        await app.Service.Bus.PublishAsync(new SessionsRevoked(person.Id.ToString(), 2, 1, 0, null, Roles.Artist, DateTimeOffset.UtcNow));

        await device.WaitUntilClosedAsync();
        await using var again = await Device.ConnectAsync(app.Service, person);
        await app.Service.Bus.PublishAsync(new SessionsRevoked(person.Id.ToString(), 3, 2, 0, null, Roles.Admin, DateTimeOffset.UtcNow));
        await again.WaitUntilClosedAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await person.Http.GetAsync("/api/v1/message/conversations", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_place_that_a_closed_connection_had_is_free_again()
    {
        var person = app.Buyer();
        for (var i = 1; i <= 12; i++)
        {
            var session = ObjectId.GenerateNewId().ToString();
            var token = app.Service.Keys.AccessToken(person.Id, Roles.User, alter: t => t.Claims[TokenRules.Session] = session);
            await using var device = await Device.ConnectWhenThereIsRoomAsync(app.Service, person with { Token = token });

            await app.Service.Bus.PublishAsync(new SessionEnded(session, person.Id.ToString(), DateTimeOffset.UtcNow));

            await device.WaitUntilClosedAsync();
        }
    }
}
