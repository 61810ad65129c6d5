using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Visuels.ServiceDefaults.Http;

namespace Visuels.ServiceDefaults.Security;

/// <summary>
/// The keys by which access tokens are checked, as Auth publishes them. They stay in use while Auth is away. A token of an unknown key has
/// Auth asked, at most twice a minute however many such tokens come; only those requests wait for the answer.
/// </summary>
internal sealed class AuthKeys : BaseConfigurationManager, IConfigurationManager<OpenIdConnectConfiguration>, IDisposable
{
    // Until the first keys are there, requests ask one after the other; those that waited need not wait for an answer of their own.
    private static readonly TimeSpan PauseBeforeFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseForUnknown = TimeSpan.FromSeconds(30);

    private readonly IAuthKeySource _source;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly AsyncLocal<bool> _lacksKey = new();
    private volatile OpenIdConnectConfiguration? _current;
    private string? _document;
    private long? _triedAt;

    public AuthKeys(IAuthKeySource source, TimeProvider clock)
    {
        (_source, _clock) = (source, clock);
        // Of its own accord the library would accept the keys before these for another hour.
        UseLastKnownGoodConfiguration = false;
    }

    /// <summary>Whether Auth's keys have been read at least once; if not, a token that seems unknown may well be good.</summary>
    public bool EverRead => _current is not null;

    /// <summary>The token handler says so when no key fits the token at hand, and then asks for the keys once more.</summary>
    public override void RequestRefresh() => _lacksKey.Value = true;

    public override async Task<BaseConfiguration> GetBaseConfigurationAsync(CancellationToken cancel) => await GetConfigurationAsync(cancel);

    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        if (_current is null || _lacksKey.Value)
        {
            var reading = ReadUnlessTriedAsync(_current is null ? PauseBeforeFirst : PauseForUnknown, cancel);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return _current ?? throw new InvalidOperationException("Auth's keys have not been read yet.");
    }

    /// <summary>Reads the keys now.</summary>
    public async Task ReadAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            Take(await _source.ReadAsync(ct));
            _triedAt = _clock.GetTimestamp();
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task ReadUnlessTriedAsync(TimeSpan pause, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (_triedAt is { } tried && _clock.GetElapsedTime(tried) < pause)
            {
                return;
            }

            try
            {
                Take(await _source.ReadAsync(ct));
            }
            finally
            {
                // From its end on: those who waited for a try that failed need no other.
                _triedAt = _clock.GetTimestamp();
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private void Take(string document)
    {
        // The same object while nothing has changed: whoever gets another one checks its token anew.
        if (document != _document)
        {
            _current = Parse(document);
            _document = document;
        }
    }

    private static OpenIdConnectConfiguration Parse(string document)
    {
        var keys = new JsonWebKeySet(document);
        var configuration = new OpenIdConnectConfiguration { Issuer = TokenRules.Issuer, JsonWebKeySet = keys };
        foreach (var key in keys.GetSigningKeys())
        {
            configuration.SigningKeys.Add(key);
        }

        return configuration.SigningKeys.Count > 0 ? configuration : throw new InvalidOperationException("There is no key in Auth's key set.");
    }
}

/// <summary>Where the keys are read: at Auth over HTTP, and in Auth from its own folder.</summary>
public interface IAuthKeySource
{
    /// <summary>The JWKS document (RFC 7517).</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="HttpRequestException">Auth does not answer, or with an error.</exception>
    /// <exception cref="OperationCanceledException">It does not answer in time.</exception>
    Task<string> ReadAsync(CancellationToken ct);
}

/// <summary>Asks Auth for its keys: <see cref="CallOptions.Timeout"/> at most, no redirects, 64 kB.</summary>
internal sealed class AuthKeysClient : IAuthKeySource, IDisposable
{
    private const int LargestKeySet = 64 * 1024;

    private readonly HttpClient _http;

    public AuthKeysClient(ServiceAddresses addresses, IOptions<CallOptions> calls) => _http = new HttpClient(new SocketsHttpHandler
    {
        ConnectTimeout = calls.Value.Timeout / 2,
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        BaseAddress = addresses.Of("auth"),
        Timeout = calls.Value.Timeout,
        MaxResponseContentBufferSize = LargestKeySet,
    };

    public Task<string> ReadAsync(CancellationToken ct) => _http.GetStringAsync(".well-known/jwks.json", ct);

    public void Dispose() => _http.Dispose();
}

/// <summary>Reads the keys before the first request needs them, and often enough to know a new one long before it signs.</summary>
internal sealed class AuthKeysRefresh(AuthKeys keys, TimeProvider clock, ILogger<AuthKeysRefresh> logger)
    : AuthPoll("signing keys", TimeSpan.FromMinutes(5), clock, logger)
{
    protected override Task AskAsync(CancellationToken ct) => keys.ReadAsync(ct);
}
