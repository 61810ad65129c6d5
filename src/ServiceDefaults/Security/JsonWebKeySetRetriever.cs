using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Visuels.ServiceDefaults.Security;

/// <summary>Reads a bare JWKS document; there is no OpenID discovery document to start from.</summary>
internal sealed class JsonWebKeySetRetriever : IConfigurationRetriever<OpenIdConnectConfiguration>
{
    private volatile bool _everRead;

    /// <summary>Whether Auth's keys have been read at least once; if not, a token that seems unknown may well be good.</summary>
    public bool EverRead => _everRead;

    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancel)
    {
        var keys = new JsonWebKeySet(await retriever.GetDocumentAsync(address, cancel));
        var configuration = new OpenIdConnectConfiguration { Issuer = TokenRules.Issuer, JsonWebKeySet = keys };
        foreach (var key in keys.GetSigningKeys())
        {
            configuration.SigningKeys.Add(key);
        }

        _everRead = true;
        return configuration;
    }
}
