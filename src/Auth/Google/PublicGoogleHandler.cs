using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Google;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.Auth.Google;

/// <summary>
/// Google's handler, which tells Google the one address that is registered there: the Gateway's. Its own idea, the Host header of
/// the request, is the caller's to choose.
/// </summary>
internal sealed class PublicGoogleHandler(
    IOptionsMonitor<GoogleOptions> options, IOptions<SiteOptions> site, ILoggerFactory logger, UrlEncoder encoder)
    : GoogleHandler(options, logger, encoder)
{
    private string Callback => site.Value.Absolute(Options.CallbackPath);

    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri) => base.BuildChallengeUrl(properties, Callback);

    protected override Task<OAuthTokenResponse> ExchangeCodeAsync(OAuthCodeExchangeContext context) =>
        base.ExchangeCodeAsync(new OAuthCodeExchangeContext(context.Properties, context.Code, Callback));
}
