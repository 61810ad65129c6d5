using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Jobs.Ledger;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Jobs.Tests;

internal sealed record MailList(IReadOnlyList<MailItem> Mails, string? NextCursor);

internal sealed record MailItem(string Id, string? To, string State);

internal sealed record MailboxMail(string Id, string To, string Subject, string Text, string Html, DateTimeOffset At);

/// <summary>Jobs with the development mailbox, shared by the tests of a class; each test has addresses of its own.</summary>
public sealed class JobsApp : IAsyncLifetime
{
    private ServiceUnderTest? _service;

    internal CapturedLogs Logs { get; } = new();

    internal ServiceUnderTest Service => _service!;

    public async ValueTask InitializeAsync() => _service = await StartAsync(test => test.Configure = builder =>
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(Logs);
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
    });

    public async ValueTask DisposeAsync() => await Service.DisposeAsync();

    internal static Task<ServiceUnderTest> StartAsync(Action<TestSetup>? setup = null) => ServiceUnderTest.StartAsync(JobsService.Build, setup);
}

internal static class JobsReading
{
    private static readonly TimeSpan Poll = new MailOptions().Poll;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>All mails to an address, oldest first.</summary>
    public static async Task<IReadOnlyList<MailboxMail>> MailsToAsync(this ServiceUnderTest app, string address)
    {
        var mails = await app.Anonymous.GetFromJsonAsync<List<MailboxMail>>("/dev/mailbox", JsonSerializerOptions.Web, Ct);
        return [.. mails!.Where(mail => mail.To == address).Reverse()];
    }

    /// <summary>The only mail to an address, once it has come.</summary>
    public static async Task<MailboxMail> MailToAsync(this ServiceUnderTest app, string address)
    {
        var mails = await Eventually.Until(
            async () => await app.MailsToAsync(address) is { Count: > 0 } found ? found : null, $"a mail to {address}");
        return Assert.Single(mails);
    }

    public static HttpClient Admin(this ServiceUnderTest app) => app.As(ObjectId.GenerateNewId(), Roles.Admin);

    /// <summary>The ledger as an operator reads it.</summary>
    public static async Task<MailList> ListAsync(this ServiceUnderTest app, string query) =>
        (await app.Admin().GetFromJsonAsync<MailList>($"/internal/mails{query}", JsonSerializerOptions.Web, Ct))!;

    /// <summary>Has the dispatcher look for due mails, whether or not it has begun to wait for more of them.</summary>
    public static void Wake(this ServiceUnderTest app) => app.Services.GetRequiredService<MailQueue>().Wake();

    public static Task<List<Mail>> RowsAsync(this ServiceUnderTest app) => app.Rows().Find(_ => true).ToListAsync(Ct);

    public static IMongoCollection<Mail> Rows(this ServiceUnderTest app) => app.Database.GetCollection<Mail>("mails");

    /// <summary>The only row of the ledger, once it is in a state.</summary>
    public static Task<Mail> RowAsync(this ServiceUnderTest app, string state, Func<Mail, bool>? wanted = null) => Eventually.Until(
        async () => (await app.RowsAsync()).SingleOrDefault(row => row.State == state && (wanted?.Invoke(row) ?? true)),
        $"one mail that is {state}");

    /// <summary>Waits until every row is settled.</summary>
    public static Task SettledAsync(this ServiceUnderTest app, int rows) => Eventually.Until(
        async () => (await app.RowsAsync()).Count(row => row.State is MailStates.Sent or MailStates.Parked) == rows, $"{rows} settled mails");

    /// <summary>Lets time pass until the rows are as wanted; never by more than a poll while an attempt may be under way.</summary>
    public static Task PassTimeAsync(this ServiceUnderTest app, FakeTimeProvider clock, Func<IReadOnlyList<Mail>, bool> wanted, string what) => Eventually.Until(
        async () =>
        {
            var rows = await app.RowsAsync();
            if (wanted(rows))
            {
                return true;
            }

            if (rows.TrueForAll(row => row.State != MailStates.Sending))
            {
                var wait = rows.Min(row => row.DueAt) - clock.GetUtcNow();
                clock.Advance(wait > Poll ? wait.Value : Poll);
            }

            return false;
        },
        what);

    public static string NewId() => ObjectId.GenerateNewId().ToString();

    public static MailStore Store(this ServiceUnderTest app) => app.Services.GetRequiredService<MailStore>();
}
