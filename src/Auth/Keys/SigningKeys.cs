using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Json;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Keys;

/// <summary>
/// The keys for access tokens: one signs, the next is published before its time and the last is published until its tokens have ended. A
/// key that an operator puts into the folder is found while the service runs.
/// </summary>
internal sealed partial class SigningKeys : IAuthKeySource
{
    /// <summary>A new key is published this long before it signs: longer than the services keep the keys without asking.</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromMinutes(20);

    /// <summary>An old key is published this long after the last token was signed with it.</summary>
    public static readonly TimeSpan Retained = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly KeyFolder _folder;
    private readonly TimeProvider _clock;
    private readonly ILogger<SigningKeys> _logger;
    private readonly HashSet<string> _unreadable = [];
    private List<SigningKey> _keys = [];
    private long _lookedAt;

    public SigningKeys(KeyFolder folder, TimeProvider clock, ILogger<SigningKeys> logger)
    {
        (_folder, _clock, _logger) = (folder, clock, logger);
        Read();
        if (_keys.Count == 0)
        {
            _keys = [new SigningKey(KeyFolder.SigningKey, DateTimeOffset.MinValue, folder.PrivateKey(KeyFolder.SigningKey))];
        }

        _lookedAt = clock.GetTimestamp();
    }

    /// <summary>What signs now: the newest whose time has come.</summary>
    public SigningCredentials Current
    {
        get
        {
            var now = _clock.GetUtcNow();
            var keys = Known();
            return (keys.LastOrDefault(key => key.From <= now) ?? keys[0]).Credentials;
        }
    }

    /// <summary>The document at <c>/.well-known/jwks.json</c>.</summary>
    public PublicKeySet KeySet => new([.. Published(Known(), key => key.From, _clock.GetUtcNow()).Select(key => key.PublicHalf)]);

    /// <summary>The same for Auth's own use: it need not ask itself over HTTP.</summary>
    public Task<string> ReadAsync(CancellationToken ct) => Task.FromResult(JsonSerializer.Serialize(KeySet, JsonRules.Web));

    /// <summary>Those that sign, will sign, or have signed tokens that may still be about.</summary>
    /// <param name="inOrder">Keys, the oldest first.</param>
    /// <param name="from">When a key begins to sign.</param>
    /// <param name="now">The present.</param>
    public static IEnumerable<T> Published<T>(IReadOnlyList<T> inOrder, Func<T, DateTimeOffset> from, DateTimeOffset now) =>
        inOrder.Where((_, i) => i == inOrder.Count - 1 || from(inOrder[i + 1]) > now - Retained);

    private List<SigningKey> Known()
    {
        lock (_lock)
        {
            if (_clock.GetElapsedTime(_lookedAt) >= Look)
            {
                Read();
                _lookedAt = _clock.GetTimestamp();
            }

            return _keys;
        }
    }

    private void Read()
    {
        try
        {
            var found = _folder.PrivateKeysLike(KeyFolder.SigningKey).Select(KeyOf).OfType<SigningKey>().OrderBy(key => key.From).ToList();
            if (found.Count > 0)
            {
                _keys = found;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A mount that hiccups: the keys that are known still sign.
            LogFolder(e.GetType().Name);
        }
    }

    private SigningKey? KeyOf(string name)
    {
        if (_keys.Find(known => known.Name == name) is { } key)
        {
            return key;
        }

        if (SigningKey.FromOf(name) is not { } from)
        {
            return Ignored(name, "its name is not that of a signing key");
        }

        try
        {
            return new SigningKey(name, from, _folder.PrivateKey(name));
        }
        catch (StartupException e)
        {
            return Ignored(name, e.Message);
        }
    }

    private SigningKey? Ignored(string name, string reason)
    {
        if (_unreadable.Add(name))
        {
            LogIgnored(name, reason);
        }

        return null;
    }

    [LoggerMessage(LogLevel.Error, "The signing key {Name} is left out: {Reason}")]
    private partial void LogIgnored(string name, string reason);

    [LoggerMessage(LogLevel.Warning, "Keys:Folder cannot be read now ({Reason}); the known signing keys stay in use")]
    private partial void LogFolder(string reason);
}
