using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.IdentityModel.Tokens;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
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
        services.AddSingleton<AuthKeys>();
        services.TryAddSingleton<IAuthKeySource, AuthKeysClient>();
        services.AddHostedService<AuthKeysRefresh>();
        services.AddRevocations();

        services.AddAuthentication(UserScheme).AddJwtBearer(UserScheme, _ => { }).AddJwtBearer(ServiceScheme, _ => { });
        services.AddOptions<JwtBearerOptions>(UserScheme)
            .Configure<TimeProvider, AuthKeys, Revocations>((options, clock, keys, revocations) =>
            {
                options.MapInboundClaims = false;
                options.TokenValidationParameters = TokenRules.Validation(identity.Name, TokenRules.AccessTokenType, clock);
                options.TokenValidationParameters.ValidIssuer = TokenRules.Issuer;
                options.ConfigurationManager = keys;
                options.Events = new JwtBearerEvents
                {
                    OnMessageReceived = ReadToken,
                    OnTokenValidated = context => CheckRevocations(context, revocations),
                    OnChallenge = Challenge,
                    OnForbidden = context => NoteForbidden(context, SecurityEvent.AccessDenied),
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
                            var caller = context.Principal!.FindFirst(TokenRules.Subject)?.Issuer ?? "-";
                            Note(context.HttpContext, SecurityEvent.ServiceCallRefused, caller);
                            context.Fail("The token is for another call, or was used before.");
                        }

                        return Task.CompletedTask;
                    },
                    OnChallenge = Challenge,
                    OnForbidden = context => NoteForbidden(context, SecurityEvent.ServiceCallRefused),
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

    private static Task ReadToken(MessageReceivedContext context)
    {
        var request = context.Request;
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<ActsForUser>() is not null)
        {
            // The Authorization header is the calling service's.
            if (request.Headers[ForwardedUser.Header] is [{ Length: > 0 } forwarded])
            {
                context.Token = forwarded;
            }
            else
            {
                context.NoResult();
            }

            return Task.CompletedTask;
        }

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

    // A route that lets in people and services asks both schemes; only the one that the caller came by speaks.
    private static Task NoteForbidden(ForbiddenContext context, SecurityEvent what)
    {
        var ofService = what == SecurityEvent.ServiceCallRefused;
        var caller = context.HttpContext.User.Identities
            .FirstOrDefault(identity => identity.IsAuthenticated && (identity.AuthenticationType == ServiceIdentityType) == ofService)
            ?.FindFirst(TokenRules.Subject);
        if (caller is not null)
        {
            Note(context.HttpContext, what, ofService ? caller.Issuer : caller.Value);
        }

        return Task.CompletedTask;
    }

    private static void Note(HttpContext context, SecurityEvent what, string who) =>
        context.RequestServices.GetRequiredService<SecurityLog>().Note(what, who, context.GetEndpoint()?.DisplayName ?? "-");

    private static Task Challenge(JwtBearerChallengeContext context)
    {
        // Without Auth's keys nobody can tell a good token from a bad one: that is an outage, not the caller's fault.
        if (context.Scheme.Name == UserScheme
            && context.AuthenticateFailure is SecurityTokenSignatureKeyNotFoundException
            && !context.HttpContext.RequestServices.GetRequiredService<AuthKeys>().EverRead)
        {
            throw new DependencyUnavailableException("auth (signing keys)", context.AuthenticateFailure);
        }

        return Task.CompletedTask;
    }
}
