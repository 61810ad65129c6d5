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
    public static string GroupOf(ObjectId user) => $"user:{user}";

    public override async Task OnConnectedAsync()
    {
        if (!connections.TryEnter(Me))
        {
            throw HubErrors.Of(HubErrors.TooManyConnections, HubErrors.TooManyConnectionsMessage);
        }

        await Groups.AddToGroupAsync(Context.ConnectionId, GroupOf(Me), Context.ConnectionAborted);
    }

    // Not called for a connection that OnConnectedAsync refused.
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        connections.Leave(Me);
        return Task.CompletedTask;
    }

    public async Task<MessageResponse> Send(string userId, SendMessageRequest message)
    {
        if (!ObjectId.TryParse(userId, out var receiver))
        {
            throw HubErrors.Of(ProblemCodes.InvalidRequest, "The user id is not an id.");
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
