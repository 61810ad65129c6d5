using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Security;

/// <summary>Attributes of the session cookies. Section <c>Cookies</c>.</summary>
public sealed class CookieOptionsSection
{
    /// <summary>Whether cookies are Secure. When not set: in Production, unless <c>PublicUrl</c> is said to be http on loopback.</summary>
    public bool? Secure { get; set; }

    /// <summary><c>Lax</c>, or <c>None</c> for a storefront on another site (which requires Secure).</summary>
    public SameSiteMode SameSite { get; set; } = SameSiteMode.Lax;
}

/// <summary>The two cookies of a browser's session: <c>token</c> (access) and <c>refresh</c>. Both live as long as the session.</summary>
public sealed class SessionCookies(IOptions<CookieOptionsSection> cookies, IConfiguration configuration, IHostEnvironment environment)
{
    /// <summary>Name of the cookie that holds the access token.</summary>
    public const string Token = "token";

    /// <summary>Name of the cookie that holds the refresh token.</summary>
    public const string Refresh = "refresh";

    // The default of PublicUrl, which is loopback, must not make a Production that nobody has told its address less safe.
    private bool Secure => cookies.Value.Secure
        ?? (environment.IsProduction()
            && !(Uri.TryCreate(configuration[nameof(SiteOptions.PublicUrl)], UriKind.Absolute, out var url) && url is { IsLoopback: true, Scheme: "http" }));

    /// <summary>Sets both cookies.</summary>
    /// <param name="response">The answer that carries them.</param>
    /// <param name="accessToken">The access token.</param>
    /// <param name="refreshToken">The refresh token.</param>
    /// <param name="life">What is left of the session.</param>
    public void Set(HttpResponse response, string accessToken, string refreshToken, TimeSpan life)
    {
        response.Cookies.Append(Token, accessToken, Options(cookies.Value.SameSite, life));
        response.Cookies.Append(Refresh, refreshToken, Options(RefreshSameSite, life));
    }

    /// <summary>Removes both cookies.</summary>
    /// <param name="response">The answer that removes them.</param>
    public void Clear(HttpResponse response)
    {
        response.Cookies.Delete(Token, Options(cookies.Value.SameSite, null));
        response.Cookies.Delete(Refresh, Options(RefreshSameSite, null));
    }

    /// <summary>Sets another cookie of a service, with the attributes of the access token's.</summary>
    /// <param name="response">The answer that carries it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value, in characters that a cookie may hold.</param>
    /// <param name="life">How long the browser keeps it.</param>
    public void Append(HttpResponse response, string name, string value, TimeSpan life) =>
        response.Cookies.Append(name, value, Options(cookies.Value.SameSite, life));

    /// <summary>Removes such a cookie.</summary>
    /// <param name="response">The answer that removes it.</param>
    /// <param name="name">Its name.</param>
    public void Remove(HttpResponse response, string name) => response.Cookies.Delete(name, Options(cookies.Value.SameSite, null));

    // A storefront on another site could never send a Strict cookie.
    private SameSiteMode RefreshSameSite => cookies.Value.SameSite == SameSiteMode.None ? SameSiteMode.None : SameSiteMode.Strict;

    private CookieOptions Options(SameSiteMode sameSite, TimeSpan? life) => new()
    {
        HttpOnly = true,
        Secure = Secure || sameSite == SameSiteMode.None,
        SameSite = sameSite,
        Path = "/",
        MaxAge = life,
        IsEssential = true,
    };
}
