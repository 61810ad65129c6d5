using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Visuels.Auth.Passwords;

/// <summary>Hashes passwords, two at a time at most: a hash is meant to be slow, and the rest of the service shall not notice.</summary>
internal sealed class Passwords : IDisposable
{
    public const int AtOnce = 2;

    private static readonly object Nobody = new();

    private readonly PasswordHasher<object> _hasher;
    private readonly ConcurrencyLimiter _fence;
    private readonly Lazy<string> _dummy;
    private long _computed;

    public Passwords(IOptions<AuthOptions> options)
    {
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.PasswordIterations }));
        _fence = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = options.Value.PasswordQueue });
        _dummy = new Lazy<string>(() => _hasher.HashPassword(Nobody, "nobody's password"));
    }

    /// <summary>Hashes computed since the start: what guessing has cost.</summary>
    public long Computed => Interlocked.Read(ref _computed);

    /// <summary>Waits until a password may be hashed. What must happen before a hash, and not for those who are sent away, belongs into the turn.</summary>
    /// <exception cref="TooManyPasswordsException">Too many wait already.</exception>
    public async Task<Turn> TakeTurnAsync(CancellationToken ct)
    {
        var lease = await _fence.AcquireAsync(1, ct);
        if (lease.IsAcquired)
        {
            return new Turn(this, lease);
        }

        lease.Dispose();
        throw new TooManyPasswordsException();
    }

    /// <exception cref="TooManyPasswordsException">Too many wait already.</exception>
    public async Task<string> HashAsync(string password, CancellationToken ct)
    {
        using var turn = await TakeTurnAsync(ct);
        return await turn.HashAsync(password, ct);
    }

    public void Dispose() => _fence.Dispose();

    private PasswordVerificationResult Verify(string? hash, string password)
    {
        if (BcryptHashes.Is(hash))
        {
            return BcryptHashes.Matches(hash!, password) ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed;
        }

        try
        {
            var result = _hasher.VerifyHashedPassword(Nobody, hash ?? _dummy.Value, PasswordRules.Normalize(password));
            return hash is null ? PasswordVerificationResult.Failed : result;
        }
        catch (FormatException)
        {
            // No hash of ours: nobody's password fits.
            return PasswordVerificationResult.Failed;
        }
    }

    /// <summary>The right to hash, one at a time, until it is given back.</summary>
    internal sealed class Turn(Passwords passwords, RateLimitLease lease) : IDisposable
    {
        public Task<string> HashAsync(string password, CancellationToken ct) =>
            RunAsync(() => passwords._hasher.HashPassword(Nobody, PasswordRules.Normalize(password)), ct);

        /// <summary>Checks a password. Without a hash to check it against the answer is no, and takes as long.</summary>
        public Task<PasswordVerificationResult> VerifyAsync(string? hash, string password, CancellationToken ct) =>
            RunAsync(() => passwords.Verify(hash, password), ct);

        public void Dispose() => lease.Dispose();

        // A thread of its own: the pool's few are for requests.
        private Task<T> RunAsync<T>(Func<T> work, CancellationToken ct)
        {
            Interlocked.Increment(ref passwords._computed);
            return Task.Factory.StartNew(work, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }
}

/// <summary>More people sign in at this moment than passwords can be checked.</summary>
internal sealed class TooManyPasswordsException() : Exception("Too many passwords wait to be hashed.");
