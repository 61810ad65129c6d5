using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Http;

namespace Visuels.ServiceDefaults.Security.Revocation;

/// <summary>
/// Asks Auth for revocations: at the start, when this instance's queue is connected, and every half minute, so that a broker that is away
/// costs seconds and not a token's life. While Auth is away the tokens that it has signed are good until they end, or until an event says otherwise.
/// </summary>
internal sealed class RevocationRefill(Revocations revocations, IRevocationSource auth, TimeProvider clock, ILogger<RevocationRefill> logger)
    : AuthPoll("revoked sessions", TimeSpan.FromSeconds(30), clock, logger)
{
    private const int MostPages = 100;

    private DateTimeOffset? _next;

    protected override async Task AskAsync(CancellationToken ct)
    {
        revocations.Sweep();
        var more = true;
        for (var page = 0; more && page < MostPages; page++)
        {
            var answer = await auth.SinceAsync(_next, ct);
            foreach (var account in answer.Accounts)
            {
                revocations.Apply(account);
            }

            foreach (var session in answer.Sessions)
            {
                revocations.Apply(session);
            }

            (_next, more) = (answer.Next, answer.More);
        }
    }
}

/// <summary>Registers what refuses revoked tokens.</summary>
internal static class RevocationSetup
{
    public static void AddRevocations(this IServiceCollection services)
    {
        services.AddSingleton<Revocations>();
        services.AddServiceClient<RevocationsClient>("auth");
        services.TryAddSingleton<IRevocationSource>(provider => provider.GetRequiredService<RevocationsClient>());
        services.AddSingleton<RevocationRefill>();
        services.AddHostedService(provider => provider.GetRequiredService<RevocationRefill>());
    }
}
