using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.SignalR;
using MongoDB.Bson;
using Visuels.Chat.Conversations;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Chat.Realtime;

/// <summary>The live side of the chat. It decides nothing itself: rules and storage are the same as over HTTP.</summary>
internal sealed class ChatHub(Messenger messenger, HubConnections connections) : Hub<IChatClient>
{
    private static readonly object Entered = new();

    public static string GroupOf(ObjectId user) => $"user:{user}";

    public override async Task OnConnectedAsync()
    {
        if (!connections.TryEnter(Context))
        {
            // The door refuses politely; this stops those that came through it at the same moment.
            Context.Abort();
            return;
        }

        try
        {
            await Groups.AddToGroupAsync(Context.ConnectionId, GroupOf(Me));
            Context.Items[Entered] = true;
        }
        catch
        {
            connections.Leave(Context);
            throw;
        }
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items.ContainsKey(Entered))
        {
            connections.Leave(Context);
        }

        return Task.CompletedTask;
    }

    public async Task<MessageResponse> Send(string userId, SendMessageRequest? message)
    {
        if (!ObjectId.TryParse(userId, out var receiver))
        {
            throw HubErrors.Of(ProblemCodes.InvalidRequest, "The user id is not an id.");
        }

        if (message is null)
        {
            throw HubErrors.Of(ProblemCodes.InvalidRequest, "There is no message.");
        }

        var errors = new List<ValidationResult>();
        if (!Validator.TryValidateObject(message, new ValidationContext(message), errors, validateAllProperties: true))
        {
            throw HubErrors.Of(ProblemCodes.ValidationFailed, errors[0].ErrorMessage!);
        }

        var outcome = await messenger.SendAsync(Me, Context.User!.GetRole(), receiver, message, Context.ConnectionAborted);
        return outcome.Refusal is { } refusal ? throw HubErrors.Of(refusal.Code, refusal.Message) : outcome.Message!;
    }

    private ObjectId Me => Context.User!.GetUserId();
}
