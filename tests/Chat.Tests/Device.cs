using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Visuels.Chat.Conversations;
using Visuels.ServiceDefaults.Json;
using Visuels.Testing;

namespace Visuels.Chat.Tests;

/// <summary>A SignalR client over a real socket, and the messages it was told of.</summary>
internal sealed class Device : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly ConcurrentQueue<MessageResponse> _received = new();
    private readonly TaskCompletionSource<Exception?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Device(HubConnection hub)
    {
        _hub = hub;
        _hub.On<MessageResponse>("MessageReceived", _received.Enqueue);
        _hub.Closed += error =>
        {
            _closed.TrySetResult(error);
            return Task.CompletedTask;
        };
    }

    public IReadOnlyCollection<MessageResponse> Received => _received;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static Task<Device> ConnectAsync(ServiceUnderTest service, Person person) =>
        ConnectAsync(new Uri(service.Address, "/hub"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(person.Token));

    public static async Task<Device> ConnectAsync(Uri address, Action<HttpConnectionOptions>? configure = null)
    {
        var device = await StartAsync(address, configure);
        try
        {
            // The server takes calls only after it has put the connection into its group, and the start returns before.
            var answer = await Assert.ThrowsAsync<HubException>(() => device.SendAsync("nobody", "hello"));
            Assert.Contains("invalid_request", answer.Message, StringComparison.Ordinal);
            return device;
        }
        catch
        {
            await device.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects as soon as another connection's place is free: a client learns of its end before the server has cleared up.</summary>
    public static Task<Device> ConnectWhenThereIsRoomAsync(ServiceUnderTest service, Person person) => Eventually.Until(
        async () =>
        {
            try
            {
                return await ConnectAsync(service, person);
            }
            catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.TooManyRequests)
            {
                return null;
            }
        },
        "the place of a closed connection is free");

    /// <summary>Connects without a first call: the server may close the connection at once.</summary>
    public static async Task<Device> StartAsync(Uri address, Action<HttpConnectionOptions>? configure = null)
    {
        var device = new Device(new HubConnectionBuilder()
            .WithUrl(address, options => configure?.Invoke(options))
            .AddJsonProtocol(json => JsonRules.Apply(json.PayloadSerializerOptions))
            .Build());
        try
        {
            await device._hub.StartAsync(Ct);
            return device;
        }
        catch
        {
            await device.DisposeAsync();
            throw;
        }
    }

    public Task<MessageResponse> SendAsync(Person to, string content, string? clientMessageId = null) =>
        SendAsync(to.Id.ToString(), content, clientMessageId);

    public Task<MessageResponse> SendAsync(string to, string content, string? clientMessageId = null, string type = MessageTypes.Text) =>
        _hub.InvokeAsync<MessageResponse>("Send", to, new SendMessageRequest(content, type, clientMessageId), Ct);

    public Task InvokeAsync(string method, params object?[] arguments) => _hub.InvokeCoreAsync(method, arguments, Ct);

    /// <summary>What the server says to a call that it refuses.</summary>
    public async Task<string> RefusalAsync(Func<Device, Task> call) => (await Assert.ThrowsAsync<HubException>(() => call(this))).Message;

    /// <summary>Waits for a message; whatever was pushed before it has come by then.</summary>
    public Task WaitForAsync(MessageResponse message) =>
        Eventually.Until(() => Task.FromResult(_received.Any(received => received.Id == message.Id)), $"message {message.Seq} is pushed");

    public Task WaitUntilClosedAsync() => Eventually.Until(() => Task.FromResult(_closed.Task.IsCompleted), "the server closes the connection");

    public ValueTask DisposeAsync() => _hub.DisposeAsync();
}
