using System.Net.Http.Json;
using System.Text.Json;
using Polly;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Json;

namespace Visuels.ServiceDefaults.Http;

/// <summary>Outgoing calls, whose failures are one exception.</summary>
public static class Calls
{
    /// <summary>Makes a call and reads its answer.</summary>
    /// <typeparam name="T">What the answer means.</typeparam>
    /// <param name="dependency">Who is called, for the log.</param>
    /// <param name="call">Sends the request and reads the answer.</param>
    /// <param name="ct">The caller's own end, which is no failure of the other side.</param>
    /// <exception cref="DependencyUnavailableException">No answer within the client's bounds, an error, or an answer that cannot be read.</exception>
    public static async Task<T> MakeAsync<T>(string dependency, Func<Task<T>> call, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or NotSupportedException or ExecutionRejectedException
            // A character set that does not exist.
            or InvalidOperationException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new DependencyUnavailableException(dependency, e);
        }
    }

    /// <summary>Asks another service of ours, by POST, for something that asking does not change.</summary>
    /// <typeparam name="TAnswer">The answer's body.</typeparam>
    /// <param name="http">A client from <see cref="ServiceClients.AddServiceClient"/>.</param>
    /// <param name="dependency">Who is asked for what, for the log.</param>
    /// <param name="path">Path of the route, without a leading slash.</param>
    /// <param name="question">The request's body.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">No answer within the client's bounds, an error, or an answer that cannot be read.</exception>
    public static Task<TAnswer> AskAsync<TAnswer>(this HttpClient http, string dependency, string path, object question, CancellationToken ct) =>
        MakeAsync(
            dependency,
            async () =>
            {
                using var response = await http.PostAsJsonAsync(path, question, JsonRules.Web, ct);
                response.EnsureSuccessStatusCode();
                return await response.Content.ReadFromJsonAsync<TAnswer>(JsonRules.Web, ct) ?? throw new JsonException("The answer is null.");
            },
            ct);
}
