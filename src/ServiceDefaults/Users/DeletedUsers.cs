using MassTransit;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Schedules;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Users;

/// <summary>Holds data of people, and forgets those who delete their account.</summary>
public interface IForgetsUsers
{
    /// <summary>
    /// Removes what is personal and ends what is under way. Called when the account is deleted and once more when its last token has ended;
    /// may end anywhere and be called again, so what is done already is found done.
    /// </summary>
    /// <param name="user">The deleted account.</param>
    /// <param name="ct">Ends the wait.</param>
    Task ForgetAsync(ObjectId user, CancellationToken ct);
}

/// <summary>Forgets a deleted account: first its name and address, then all else that this service holds of it.</summary>
public sealed class UserDeletedConsumer(UserCards cards, IEnumerable<IForgetsUsers> holders, TimeProvider clock) : IConsumer<UserDeleted>
{
    /// <summary>Longer than the owner's last token is good for, whatever that began included.</summary>
    private static readonly TimeSpan LastRequests = TokenRules.AccessTokenLife + TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    public async Task Consume(ConsumeContext<UserDeleted> context)
    {
        var (user, ct) = (ObjectId.Parse(context.Message.UserId), context.CancellationToken);
        await cards.EraseAsync(user, context.Message.Version, clock.GetUtcNow() + LastRequests, ct);
        foreach (var holder in holders)
        {
            await holder.ForgetAsync(user, ct);
        }
    }
}

/// <summary>
/// Looks for leftovers of deleted accounts once more when their last token has ended: a request may have been under way when the account
/// was forgotten, and the process may have ended in the middle.
/// </summary>
public sealed class DeletedUsers(UserCards cards, IEnumerable<IForgetsUsers> holders, TimeProvider clock) : IScheduledJob
{
    /// <summary>Its name among the schedules.</summary>
    public const string Name = "deleted-users";

    /// <summary>Time from one run to the next.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    private const int BatchSize = 100;

    /// <inheritdoc />
    public async Task<long> RunAsync(CancellationToken ct)
    {
        var forgotten = 0L;
        while (await cards.FindForgettableAsync(clock.GetUtcNow(), BatchSize, ct) is { Count: > 0 } due)
        {
            foreach (var card in due)
            {
                foreach (var holder in holders)
                {
                    await holder.ForgetAsync(card.Id, ct);
                }

                await cards.MarkForgottenAsync(card, ct);
                forgotten++;
            }
        }

        return forgotten;
    }
}
