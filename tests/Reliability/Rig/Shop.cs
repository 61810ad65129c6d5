using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using MongoDB.Bson;

namespace Visuels.Reliability.Rig;

/// <summary>What people do over HTTP, on the services' own ports unless told otherwise. Never throws over an answer, or over none.</summary>
internal sealed class Shop(Marketplace market) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        UseCookies = false,
        AllowAutoRedirect = false,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>How long a client waits for an answer.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Buys one work now.</summary>
    /// <param name="buyer">Who buys.</param>
    /// <param name="work">What.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="key">An <c>Idempotency-Key</c>.</param>
    /// <param name="at">Another address than Order's own: a second instance, a proxy, the Gateway.</param>
    public Task<Answer> OrderAsync(Person buyer, Work work, CancellationToken ct, string? key = null, Uri? at = null) =>
        SendAsync(HttpMethod.Post, new Uri(at ?? market["order"].Address, "api/v1/order/create"), buyer, ct, new { productId = work.Id.ToString() }, key);

    /// <summary>The artist answers an order: VIEWED, ACCEPTED or REJECTED.</summary>
    public Task<Answer> MoveAsync(Person artist, ObjectId order, string status, CancellationToken ct, Uri? at = null) =>
        SendAsync(HttpMethod.Patch, new Uri(at ?? market["order"].Address, $"api/v1/order/{order}"), artist, ct, new { status });

    /// <summary>Either side cancels.</summary>
    public Task<Answer> CancelAsync(Person side, ObjectId order, CancellationToken ct, Uri? at = null) =>
        SendAsync(HttpMethod.Delete, new Uri(at ?? market["order"].Address, $"api/v1/order/{order}/cancel"), side, ct);

    /// <summary>Any request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="uri">Where to.</param>
    /// <param name="person">Who, or null for a visitor.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="body">JSON, or an <see cref="HttpContent"/>.</param>
    /// <param name="key">An <c>Idempotency-Key</c>.</param>
    public async Task<Answer> SendAsync(HttpMethod method, Uri uri, Person? person, CancellationToken ct, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, uri)
        {
            Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body)),
        };
        if (person is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", market.People.TokenOf(person));
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await SendAsync(request, ct);
    }

    /// <summary>As another service, with its token.</summary>
    public async Task<Answer> SendAsServiceAsync(HttpMethod method, Uri uri, string from, string to, CancellationToken ct, object? body = null)
    {
        using var request = new HttpRequestMessage(method, uri) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", market.Keys.ServiceToken(from, to, method, uri));
        return await SendAsync(request, ct);
    }

    /// <summary>Sends again, after a short pause, until the answer would not get better.</summary>
    /// <param name="send">One try.</param>
    /// <param name="tally">Notes every try.</param>
    /// <param name="within">How long a client keeps trying.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The last answer.</returns>
    public static async Task<Answer> InsistAsync(Func<Task<Answer>> send, Tally tally, TimeSpan within, CancellationToken ct)
    {
        using var over = new CancellationTokenSource(within);
        return await InsistAsync(send, tally, over.Token, ct);
    }

    /// <summary>The same for a client whose patience ends with something else.</summary>
    public static async Task<Answer> InsistAsync(Func<Task<Answer>> send, Tally tally, CancellationToken over, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            var answer = await send();
            tally.Add(answer);
            if (!answer.IsWorthAnotherTry || over.IsCancellationRequested)
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds((100 * Math.Min(tries, 5)) + Random.Shared.Next(200)), ct);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answer> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        var sentAt = Environment.TickCount64;
        var clock = Stopwatch.StartNew();
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            var body = await response.Content.ReadAsStringAsync(limit.Token);
            return new Answer(
                response.StatusCode,
                body,
                sentAt,
                clock.Elapsed,
                HasRetryAfter: response.Headers.RetryAfter is not null,
                IsReplayed: response.Headers.Contains("Idempotent-Replayed"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return new Answer(null, "", sentAt, clock.Elapsed, e);
        }
    }
}
