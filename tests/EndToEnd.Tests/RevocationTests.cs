using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Auth;
using Visuels.Auth.Operator;
using Visuels.Auth.Sessions;
using Visuels.EndToEnd.Tests.Access;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests;

/// <summary>The six services over a broker.</summary>
public sealed class SixServicesOnABroker : SixServices
{
    private RabbitMqNode? _node;

    public override async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RabbitMqNode.IsInstalled, RabbitMqBroker.Missing);
        _node = await RabbitMqNode.StartAsync(CancellationToken.None);
        await base.InitializeAsync();
    }

    public async Task StopAsync()
    {
        if (_node is not null)
        {
            await DisposeAsync();
            await _node.DisposeAsync();
        }
    }

    protected override void Prepare(Dictionary<string, string?> settings)
    {
        settings["Messaging:Transport"] = "RabbitMq";
        settings["ConnectionStrings:RabbitMq"] = _node!.ConnectionString;
    }
}

/// <summary>What an operator does, beside the running system, is heeded by all of it.</summary>
[Proves(Requirement.Revocation), Proves("T13")]
public sealed class RevocationTests
{
    /// <summary>A route of each service that somebody who is signed in may call.</summary>
    private static readonly (string Service, string Path)[] Doors =
    [
        ("auth", "/api/v1/auth/me"), ("product", "/api/v1/products/me/products"), ("order", "/api/v1/order/artist"),
        ("chat", "/api/v1/message/conversations"), ("jobs", "/internal/mails"),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blocking_a_user_shuts_every_door_and_closes_the_chat()
    {
        await using var six = new SixServices();
        await six.InitializeAsync();

        await BlockAsync(six);
    }

    [Fact]
    public async Task Blocking_a_user_shuts_every_door_over_RabbitMQ_too()
    {
        var six = new SixServicesOnABroker();
        await six.InitializeAsync();
        try
        {
            await BlockAsync(six);
        }
        finally
        {
            await six.StopAsync();
        }
    }

    [Fact]
    public async Task A_new_role_opens_and_shuts_doors_without_a_new_sign_in()
    {
        await using var six = new SixServices();
        await six.InitializeAsync();
        var (email, token) = await SignedInAsync(six, Roles.Artist);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(six, ("order", "/api/v1/order/artist"), token));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(six, ("jobs", "/internal/mails"), token));

        Assert.Equal(0, await OperateAsync(six, "admins", "add", email));

        await Eventually.Until(async () => await StatusAsync(six, ("jobs", "/internal/mails"), token) == HttpStatusCode.OK, "the new role is known");
        await Eventually.Until(async () => await StatusAsync(six, ("order", "/api/v1/order/artist"), token) == HttpStatusCode.Forbidden, "the old one is over");
    }

    private static async Task BlockAsync(SixServices six)
    {
        var (email, token) = await SignedInAsync(six, Roles.Artist);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(six.AddressOf("chat"), "hub"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(token))
            .Build();
        hub.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await hub.StartAsync(Ct);
        Assert.All(await Task.WhenAll(Doors.Select(door => StatusAsync(six, door, token))), status => Assert.NotEqual(HttpStatusCode.Unauthorized, status));

        Assert.Equal(0, await OperateAsync(six, "users", "block", email));

        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Doors.Select(door => Eventually.Until(
            async () => await StatusAsync(six, door, token) == HttpStatusCode.Unauthorized, $"{door.Service} refuses the token")));
        await closed.Task.WaitAsync(Eventually.Patience, Ct);
        TestContext.Current.SendDiagnosticMessage($"Every service and the chat's connections knew after {watch.ElapsedMilliseconds} ms.");
    }

    private static async Task<(string Email, string Token)> SignedInAsync(SixServices six, string role)
    {
        var account = Accounts.New($"p{ObjectId.GenerateNewId()}", role);
        await Accounts.AddAsync(six["auth"].Services, Ct, account);
        var (session, _) = await six["auth"].Services.GetRequiredService<SessionStore>().StartAsync(account, "test", Ct);
        return (account.Email, six["auth"].Services.GetRequiredService<TokenSigner>().Sign(account, session.Id));
    }

    // As at a shell: an application of its own over the same store, that is never started.
    private static async Task<int> OperateAsync(SixServices six, params string[] command)
    {
        var configuration = six["auth"].Configuration;
        using var output = new StringWriter();
        return await OperatorCommands.RunAsync(
            [
                .. command,
                $"--ConnectionStrings:Mongo={configuration["ConnectionStrings:Mongo"]}",
                $"--Mongo:DatabasePrefix={configuration["Mongo:DatabasePrefix"]}",
                $"--Keys:Folder={configuration["Keys:Folder"]}",
                "--environment=Development",
            ],
            given => AuthService.Build(given),
            output,
            output,
            Ct);
    }

    private static async Task<HttpStatusCode> StatusAsync(SixServices six, (string Service, string Path) door, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(six.AddressOf(door.Service), door.Path));
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await six.Http.SendAsync(request, Ct);
        return answer.StatusCode;
    }
}
