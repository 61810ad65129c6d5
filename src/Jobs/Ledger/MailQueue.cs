using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.Jobs.Sending;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Jobs.Ledger;

/// <summary>A mail that an event asks for.</summary>
/// <param name="Template">One of <see cref="Templates.MailTemplates"/>.</param>
/// <param name="UserId">Who reads it.</param>
/// <param name="To">The address, when the event carries it; else it is looked up when the mail is sent.</param>
/// <param name="ExpiresAt">From then on it is worthless.</param>
internal sealed record NewMail(string Template, string UserId, string? To = null, DateTimeOffset? ExpiresAt = null);

/// <summary>Turns events into rows of the ledger, and wakes the dispatcher.</summary>
internal sealed class MailQueue(MailStore store, KeyFolder keys, IOptions<SmtpOptions> smtp, TimeProvider clock)
{
    private const string SealUse = "mail-model";

    private readonly KeyRing _ring = keys.Ring("sealing.key");
    private readonly string _domain = smtp.Value.Sender.Domain;

    private TaskCompletionSource _wake = NewWake();

    /// <summary>Ends when something new may be due. To miss none, take it before looking for what is due.</summary>
    public Task NextWake => Volatile.Read(ref _wake).Task;

    /// <summary>Adds the mails of one event. An event that comes again finds its mails there and adds nothing.</summary>
    public async Task AddAsync<TEvent>(ConsumeContext<TEvent> context, params NewMail[] mails)
        where TEvent : class
    {
        var eventId = context.MessageId ?? throw new InvalidOperationException("An event without an id cannot be told from its repetition.");
        var model = JsonSerializer.Serialize(context.Message, JsonSerializerOptions.Web);
        CrashPoints.Reached(CrashPoints.MailAsked);
        await store.AddAsync([.. mails.Select(mail => Row(mail, eventId, model))], context.CancellationToken);
        CrashPoints.Reached(CrashPoints.MailQueued);
        Wake();
    }

    /// <summary>What the event said, or null when the seal cannot be opened.</summary>
    public TEvent? Open<TEvent>(Mail mail) =>
        mail.Model is { } model && _ring.Open(model, SealUse, mail.Id) is { } json
            ? JsonSerializer.Deserialize<TEvent>(json, JsonSerializerOptions.Web)
            : default;

    /// <summary>Something may be due.</summary>
    public void Wake() => Interlocked.Exchange(ref _wake, NewWake()).TrySetResult();

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Mail Row(NewMail mail, Guid eventId, string model)
    {
        var now = clock.GetUtcNow();
        var userId = ObjectId.Parse(mail.UserId);
        var id = Mail.IdOf(Sabotage.Is(Sabotage.MailRowKeyOff) ? Guid.CreateVersion7() : eventId, userId, mail.Template);
        return new Mail
        {
            Id = id,
            MessageId = $"{id}@{_domain}",
            Template = mail.Template,
            UserId = userId,
            To = mail.To,
            Model = _ring.Seal(model, SealUse, id),
            State = MailStates.Queued,
            Fresh = true,
            DueAt = now,
            ExpiresAt = mail.ExpiresAt,
            CreatedAt = now,
        };
    }
}
