using Microsoft.AspNetCore.Authentication.Google;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Google;

internal static class GoogleSetup
{
    public const string CallbackPath = "/api/v1/auth/google/callback";

    public static bool HasGoogle(this IConfiguration configuration) => configuration["Google:ClientId"] is { Length: > 0 };

    public static void AddGoogleSignIn(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        // The keys lie in a folder that only the service may read; that no certificate encrypts them there is known.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        services.AddDataProtection().SetApplicationName(builder.Environment.ApplicationName);
        services.AddOptions<KeyManagementOptions>().Configure<KeyFolder, ILoggerFactory>((options, keys, loggers) =>
            options.XmlRepository = new FileSystemXmlRepository(Directory.CreateDirectory(keys.PathOf("dataprotection")), loggers));
        if (!builder.Configuration.HasGoogle())
        {
            return;
        }

        if (string.IsNullOrEmpty(builder.Configuration["Google:ClientSecret"]))
        {
            throw new StartupException("Google:ClientSecret is not set, though Google:ClientId is.");
        }

        services.AddOptions<GoogleSettings>().BindConfiguration("Google").ValidateDataAnnotations().ValidateOnStart();
        services.AddStore<GoogleFlows>();
        services.AddSingleton<GoogleAccounts>().AddSingleton<GoogleSignIn>().AddSingleton<GoogleEvents>();
        services.AddAuthentication().AddOAuth<GoogleOptions, PublicGoogleHandler>(GoogleDefaults.AuthenticationScheme, _ => { });
        services.AddOptions<GoogleOptions>(GoogleDefaults.AuthenticationScheme).Configure<IOptions<GoogleSettings>>(Configure);
    }

    private static void Configure(GoogleOptions google, IOptions<GoogleSettings> settings)
    {
        google.ClientId = settings.Value.ClientId!;
        google.ClientSecret = settings.Value.ClientSecret!;
        google.AuthorizationEndpoint = settings.Value.AuthorizationEndpoint;
        google.TokenEndpoint = settings.Value.TokenEndpoint;
        google.UserInformationEndpoint = settings.Value.UserInformationEndpoint;
        google.CallbackPath = CallbackPath;
        google.UsePkce = true;
        google.EventsType = typeof(GoogleEvents);
        google.BackchannelTimeout = settings.Value.Timeout;
        google.BackchannelHttpHandler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), AllowAutoRedirect = false, UseCookies = false };
        google.CorrelationCookie.SameSite = SameSiteMode.Lax;
        google.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        google.RemoteAuthenticationTimeout = GoogleFlows.Life;
        GoogleUser.Map(google.ClaimActions);
    }
}
