using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Security.Revocation;

namespace Visuels.ServiceDefaults.Security;

/// <summary>Who calls: a user by access token (Authorization header, else cookie) or a service by its own token.</summary>
public static class Authentication
{
    /// <summary>Scheme of users' access tokens.</summary>
    public const string UserScheme = JwtBearerDefaults.AuthenticationScheme;

    /// <summary>Scheme of services' tokens.</summary>
    public const string ServiceScheme = "Service";

    /// <summary>Path under which SignalR clients may send the access token as a query parameter: a browser cannot set headers on a WebSocket.</summary>
    public const string HubPath = "/hub";

    internal static void AddTokenAuthentication(this IServiceCollection services, ServiceIdentity identity)
    {
        services.AddOptions<KeyOptions>().BindConfiguration("Keys").ValidateOnStart();
        services.AddSingleton<KeyFolder>();
        services.AddSingleton<ServiceTokens>();
        services.AddSingleton<CallBinding>();
        services.AddSingleton<JsonWebKeySetRetriever>();
        services.AddRevocations();

        services.AddAuthentication(UserScheme).AddJwtBearer(UserScheme, _ => { }).AddJwtBearer(ServiceScheme, _ => { });
        services.AddOptions<JwtBearerOptions>(UserScheme)
            .Configure<TimeProvider, JsonWebKeySetRetriever, ServiceAddresses, Revocations>((options, clock, keys, addresses, revocations) =>
            {
                options.MapInboundClaims = false;
                options.TokenValidationParameters = TokenRules.Validation(identity.Name, TokenRules.AccessTokenType, clock);
                options.TokenValidationParameters.ValidIssuer = TokenRules.Issuer;
                options.ConfigurationManager = Keys(addresses.Of("auth"), keys);
                options.Events = new JwtBearerEvents
                {
                    OnMessageReceived = ReadToken,
                    OnTokenValidated = context => CheckRevocations(context, revocations),
                    OnChallenge = Challenge,
                };
            });
        services.AddOptions<JwtBearerOptions>(ServiceScheme)
            .Configure<TimeProvider, KeyFolder, CallBinding>((options, clock, keys, calls) =>
            {
                options.MapInboundClaims = false;
                options.TokenValidationParameters = TokenRules.Validation(identity.Name, TokenRules.ServiceTokenType, clock);
                options.TokenValidationParameters.AuthenticationType = ServiceIdentityType;
                options.TokenValidationParameters.ValidIssuers = TokenRules.Services;
                options.TokenValidationParameters.IssuerSigningKeyResolver = (_, token, _, _) =>
                    TokenRules.Services.Contains(token.Issuer) && keys.PublicKey(token.Issuer) is { } key ? [new ECDsaSecurityKey(key)] : [];
                options.Events = new JwtBearerEvents
                {
                    OnTokenValidated = context =>
                    {
                        if (!calls.TryUse(context.Principal!, context.Request))
                        {
                            context.Fail("The token is for another call, or was used before.");
                        }

                        return Task.CompletedTask;
                    },
                    OnChallenge = Challenge,
                };
            });

        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.User, policy => policy.RequireRole(Roles.User))
            .AddPolicy(Policies.Artist, policy => policy.RequireRole(Roles.Artist))
            .AddPolicy(Policies.Member, policy => policy.RequireRole(Roles.User, Roles.Artist))
            .AddPolicy(Policies.Service, policy => policy.AddAuthenticationSchemes(ServiceScheme).RequireAssertion(ServiceCallers.IsAllowedService))
            .AddPolicy(Policies.AdminOrService, policy => policy
                .AddAuthenticationSchemes(UserScheme, ServiceScheme)
                .RequireAssertion(context => ServiceCallers.IsAdmin(context) || ServiceCallers.IsAllowedService(context)));
    }

    /// <summary>Authentication type of a principal that a service token made.</summary>
    internal const string ServiceIdentityType = "visuels-service";

    private const int LargestKeySet = 64 * 1024;

    private static ConfigurationManager<OpenIdConnectConfiguration> Keys(Uri auth, JsonWebKeySetRetriever retriever)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(1),
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = TimeSpan.FromSeconds(2),
            MaxResponseContentBufferSize = LargestKeySet,
        };
        return new ConfigurationManager<OpenIdConnectConfiguration>(
            new Uri(auth, ".well-known/jwks.json").ToString(), retriever, new HttpDocumentRetriever(http) { RequireHttps = false })
        {
            // An unknown key id asks Auth again, but not more often than this.
            RefreshInterval = TimeSpan.FromSeconds(30),
        };
    }

    private static Task ReadToken(MessageReceivedContext context)
    {
        var request = context.Request;
        if (request.Headers.Authorization.Count > 0)
        {
            return Task.CompletedTask;
        }

        if (request.Path.StartsWithSegments(HubPath, StringComparison.OrdinalIgnoreCase) && request.Query["access_token"] is [{ Length: > 0 } fromQuery])
        {
            context.Token = fromQuery;
        }
        else if (request.Cookies[SessionCookies.Token] is { Length: > 0 } fromCookie)
        {
            context.Token = fromCookie;
        }

        return Task.CompletedTask;
    }

    private static Task CheckRevocations(TokenValidatedContext context, Revocations revocations)
    {
        if (revocations.Refuses(context.Principal!))
        {
            context.Fail("The session of this token has ended.");
        }
        else if (revocations.NewRoleOf(context.Principal!) is { } role)
        {
            var identity = (ClaimsIdentity)context.Principal!.Identity!;
            identity.RemoveClaim(identity.FindFirst(TokenRules.Role));
            identity.AddClaim(new Claim(TokenRules.Role, role));
        }

        return Task.CompletedTask;
    }

    private static Task Challenge(JwtBearerChallengeContext context)
    {
        // Without Auth's keys nobody can tell a good token from a bad one: that is an outage, not the caller's fault.
        if (context.Scheme.Name == UserScheme
            && context.AuthenticateFailure is SecurityTokenSignatureKeyNotFoundException
            && context.Options.ConfigurationManager is ConfigurationManager<OpenIdConnectConfiguration>
            && !context.HttpContext.RequestServices.GetRequiredService<JsonWebKeySetRetriever>().EverRead)
        {
            throw new DependencyUnavailableException("auth (signing keys)", context.AuthenticateFailure);
        }

        return Task.CompletedTask;
    }
}
