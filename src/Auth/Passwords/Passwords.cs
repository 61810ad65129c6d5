using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Visuels.Auth.Passwords;

/// <summary>Hashes passwords, two at a time at most: a hash is meant to be slow, and the rest of the service shall not notice.</summary>
internal sealed class Passwords : IDisposable
{
    private const int AtOnce = 2;
    private static readonly object Nobody = new();

    private readonly PasswordHasher<object> _hasher;
    private readonly ConcurrencyLimiter _fence;
    private readonly Lazy<string> _dummy;

    public Passwords(IOptions<AuthOptions> options)
    {
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.PasswordIterations }));
        _fence = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = options.Value.PasswordQueue });
        _dummy = new Lazy<string>(() => _hasher.HashPassword(Nobody, "nobody's password"));
    }

    /// <exception cref="TooManyPasswordsException">Too many wait already.</exception>
    public Task<string> HashAsync(string password, CancellationToken ct) =>
        FencedAsync(() => _hasher.HashPassword(Nobody, PasswordRules.Normalize(password)), ct);

    /// <summary>Checks a password. Without a hash to check it against the answer is no, and takes as long.</summary>
    /// <exception cref="TooManyPasswordsException">Too many wait already.</exception>
    public async Task<PasswordVerificationResult> VerifyAsync(string? hash, string password, CancellationToken ct)
    {
        var result = await FencedAsync(() => _hasher.VerifyHashedPassword(Nobody, hash ?? _dummy.Value, PasswordRules.Normalize(password)), ct);
        return hash is null ? PasswordVerificationResult.Failed : result;
    }

    public void Dispose() => _fence.Dispose();

    private async Task<T> FencedAsync<T>(Func<T> work, CancellationToken ct)
    {
        using var lease = await _fence.AcquireAsync(1, ct);
        return lease.IsAcquired
            // A thread of its own: the pool's few are for requests.
            ? await Task.Factory.StartNew(work, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            : throw new TooManyPasswordsException();
    }
}

/// <summary>More people sign in at this moment than passwords can be checked.</summary>
internal sealed class TooManyPasswordsException() : Exception("Too many passwords wait to be hashed.");
