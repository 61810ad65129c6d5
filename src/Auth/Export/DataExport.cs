using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Polly;
using Visuels.Auth.Accounts;
using Visuels.Auth.Activities;
using Visuels.Auth.Profiles;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Exports;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Json;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Export;

/// <summary>Puts together what all services hold of a user: everything or nothing.</summary>
internal sealed class DataExport(IHttpClientFactory clients, SessionStore sessions, ActivityStore activity, IOptions<SiteOptions> site, TimeProvider clock) : IDisposable
{
    /// <summary>Exports that are put together or downloaded at a time.</summary>
    public const int AtOnce = 8;

    private const long MostBytes = 512L * 1024 * 1024;

    /// <summary>A service's share of the document, and where it comes from.</summary>
    private static readonly (string Service, string Path)[] Others =
    [
        ("product", "api/v1/products/internal" + ExportRoutes.Path),
        ("order", "api/v1/order/internal" + ExportRoutes.Path),
        ("chat", "api/v1/message/internal" + ExportRoutes.Path),
        ("jobs", "internal" + ExportRoutes.Path),
    ];

    // Less than the Gateway waits for an answer; who asks shall hear what took so long.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(25);

    private readonly SemaphoreSlim _places = new(AtOnce);

    public static void AddClients(IServiceCollection services)
    {
        foreach (var (service, _) in Others)
        {
            services.AddServiceClient(ClientOf(service), service);
        }
    }

    /// <summary>A place for one export, until it is disposed of, or null when all are taken: a file takes its room as long as somebody reads it.</summary>
    public IDisposable? TryEnter() => _places.Wait(0) ? new Place(_places) : null;

    /// <summary>A stream at its beginning, to be disposed of. Call it in a place.</summary>
    /// <param name="account">Whose data.</param>
    /// <param name="session">The session that asks.</param>
    /// <param name="token">The access token that asks: the other services give nothing away without it.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ExportFailedException">A service does not give all it has.</exception>
    public async Task<Stream> GatherAsync(Account account, ObjectId? session, string token, CancellationToken ct)
    {
        var file = ExportFile.Create();
        try
        {
            using var limit = new CancellationTokenSource(Longest);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            file.Write("{\"auth\":"u8);
            await JsonSerializer.SerializeAsync(file, await OwnAsync(account, session, ct), JsonRules.Web, ct);
            foreach (var (service, path) in Others)
            {
                await JsonSerializer.SerializeAsync(Then(file), service, JsonRules.Web, ct);
                file.Write(":"u8);
                await CopyAsync(service, path, token, file, ct, both.Token);
            }

            file.Write("}"u8);
            await file.FlushAsync(ct);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _places.Dispose();

    private static string ClientOf(string service) => $"export-{service}";

    private static FileStream Then(FileStream file)
    {
        file.Write(","u8);
        return file;
    }

    private async Task<ExportedAccount> OwnAsync(Account account, ObjectId? session, CancellationToken ct) => new(
        clock.GetUtcNow(),
        AccountResponse.From(account),
        account.PasswordHash is not null,
        account.GoogleSubject is not null,
        account.WantedAddress?.Email,
        [.. account.FormerAddresses.Select(former => former.Email)],
        account.UserProfile is null ? null : UserProfileResponse.From(account),
        account.Role == Roles.Artist ? ArtistProfileResponse.From(account, site.Value) : null,
        [.. (await sessions.ListAsync(account, ct)).Select(one => SessionItem.From(one, session))],
        [.. (await activity.ListAsync(account.Id, after: null, ActivityEntry.MostOwn + ActivityEntry.MostOfStrangers, ct)).Select(ActivityItem.From)]);

    private async Task CopyAsync(string service, string path, string token, FileStream file, CancellationToken caller, CancellationToken ct)
    {
        try
        {
            using var http = clients.CreateClient(ClientOf(service));
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { ForwardedUser.Header, token } } };
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            response.EnsureSuccessStatusCode();
            await using var content = await response.Content.ReadAsStreamAsync(ct);
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await content.ReadAsync(buffer, ct)) > 0)
            {
                if (file.Length + read > MostBytes)
                {
                    throw new IOException("The export is too large.");
                }

                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }
        }
        catch (Exception e) when (!caller.IsCancellationRequested
            && e is HttpRequestException or IOException or ExecutionRejectedException or OperationCanceledException)
        {
            throw new ExportFailedException(service, e);
        }
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}

/// <summary>A service does not give all it has of a user.</summary>
internal sealed class ExportFailedException(string service, Exception inner) : Exception($"The export from {service} failed.", inner)
{
    public string Service => service;

    /// <summary>Whether it did not take the user's token.</summary>
    public bool IsRefusal => InnerException is HttpRequestException { StatusCode: HttpStatusCode.Unauthorized };
}

/// <summary>What Auth holds of a user: what only proves who somebody is, hashes and keys, is left out.</summary>
internal sealed record ExportedAccount(
    DateTimeOffset ExportedAt,
    AccountResponse Account,
    bool HasPassword,
    bool SignsInWithGoogle,
    string? WantedEmail,
    IReadOnlyList<string> FormerEmails,
    UserProfileResponse? UserProfile,
    ArtistProfileResponse? ArtistProfile,
    IReadOnlyList<SessionItem> Sessions,
    IReadOnlyList<ActivityItem> Activity);
