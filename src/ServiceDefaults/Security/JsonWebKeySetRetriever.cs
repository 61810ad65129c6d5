using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Visuels.ServiceDefaults.Security;

/// <summary>Reads a bare JWKS document; there is no OpenID discovery document to start from.</summary>
internal sealed class JsonWebKeySetRetriever(TimeProvider clock) : IConfigurationRetriever<OpenIdConnectConfiguration>
{
    // Until the first keys are there, requests ask one after the other; those that waited need not wait for an answer of their own.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private volatile bool _everRead;
    private long? _failedAt;

    /// <summary>Whether Auth's keys have been read at least once; if not, a token that seems unknown may well be good.</summary>
    public bool EverRead => _everRead;

    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancel)
    {
        if (_failedAt is { } failed && clock.GetElapsedTime(failed) < Pause)
        {
            throw new IOException("Auth's keys could not be read a moment ago.");
        }

        JsonWebKeySet keys;
        try
        {
            keys = new JsonWebKeySet(await retriever.GetDocumentAsync(address, cancel));
            _failedAt = null;
        }
        catch
        {
            _failedAt = clock.GetTimestamp();
            throw;
        }

        var configuration = new OpenIdConnectConfiguration { Issuer = TokenRules.Issuer, JsonWebKeySet = keys };
        foreach (var key in keys.GetSigningKeys())
        {
            configuration.SigningKeys.Add(key);
        }

        _everRead = true;
        return configuration;
    }
}
