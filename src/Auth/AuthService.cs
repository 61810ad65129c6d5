using Visuels.Auth.Accounts;
using Visuels.Auth.Activities;
using Visuels.Auth.Addresses;
using Visuels.Auth.Artists;
using Visuels.Auth.Codes;
using Visuels.Auth.Deletion;
using Visuels.Auth.Export;
using Visuels.Auth.Google;
using Visuels.Auth.Keys;
using Visuels.Auth.Passwords;
using Visuels.Auth.Profiles;
using Visuels.Auth.SecondFactor;
using Visuels.Auth.Sessions;
using Visuels.Auth.SignUp;
using Visuels.Auth.Throttling;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Schedules;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Security.Revocation;

namespace Visuels.Auth;

/// <summary>Accounts, sessions and profiles.</summary>
public static class AuthService
{
    public static readonly ServiceIdentity Identity = new("auth", 4001, "Visuels Auth", "Visuels.Auth");

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ServiceHost.CreateBuilder(Identity, args, configure);
        var services = builder.Services;
        builder.AddMongo("visuels-auth");
        builder.AddImages<ProfileImageReferences>("artists");
        builder.AddGoogleSignIn();
        builder.AddMessaging(Identity.Name, bus => bus.AddRevocationConsumer());
        // The operator's commands write in a process of their own, and what they write is to be known within two seconds.
        services.Configure<OutboxOptions>(outbox => (outbox.MinPoll, outbox.MaxPoll) = (TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1)));
        services.AddOutboxRelay(
            AccountStore.Collection,
            typeof(UserRegistered), typeof(UserUpdated), typeof(UserDeleted), typeof(PasswordChanged),
            typeof(EmailChanged), typeof(SecondFactorChanged), typeof(GoogleLinked), typeof(SessionsRevoked));
        services.AddOutboxRelay(SessionStore.Collection, typeof(SessionEnded));
        services.AddOutboxRelay(CodeStore.Collection, typeof(EmailCodeIssued), typeof(KnownAddressSignedUp));

        services.AddOptions<AuthOptions>().BindConfiguration("Auth").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<KeyFolder>().Ring("sealing.key"));
        services.AddStore<AccountStore>().AddStore<CodeStore>().AddStore<SessionStore>().AddStore<ArtistStore>().AddStore<AddressStore>().AddStore<ActivityStore>().AddStore<DeletedAccounts>().AddStore<Throttle>();
        services.AddSingleton<IRevocationSource, RevocationLog>();
        services.AddSingleton<ProfileStore>().AddSingleton<ArtistProfiles>();
        services.AddSingleton<AccountDeletion>();
        services.AddSingleton<DataExport>();
        DataExport.AddClients(services);
        services.AddSingleton<OneTimeCodes>().AddSingleton<Requesters>().AddSingleton<CodeRequests>().AddSingleton<SignUps>();
        services.AddSingleton<Passwords.Passwords>().AddSingleton<PasswordPolicy>().AddSingleton<PasswordStore>().AddSingleton<KnownDevices>();
        services.AddSingleton<ActivityWriter>().AddHostedService(provider => provider.GetRequiredService<ActivityWriter>());
        services.AddSingleton<AddressChanges>().AddSingleton<UndoTokens>().AddSingleton<UndoPage>();
        services.AddSingleton<Reauthentication>().AddSingleton<AuthenticatorStore>().AddSingleton<Authenticators>().AddSingleton<SecondFactorTickets>().AddSingleton<SecondFactorChecks>();
        services.AddSingleton<SigningKeys>().AddSingleton<IAuthKeySource>(provider => provider.GetRequiredService<SigningKeys>());
        services.AddSingleton<TokenSigner>().AddSingleton<RefreshTokens>().AddSingleton<SessionAnswers>();
        services.AddSchedules(schedules => schedules
            .Add<UnprovenAccounts>("unproven-accounts", TimeSpan.FromHours(1))
            .Add<DeletedAccountLeftovers>("deleted-accounts", DeletedAccountLeftovers.Every)
            .Add<ForgottenAddresses>("forgotten-addresses", TimeSpan.FromHours(1))
            .Add<OrphanedImages>("orphaned-images", TimeSpan.FromDays(1)));
        services.AddValidation();

        var app = builder.Build();
        // A missing key stops the start, not the first call.
        _ = app.Services.GetRequiredService<SigningKeys>();
        _ = app.Services.GetRequiredService<RefreshTokens>();

        // It listens from the first event on, also in a process that never starts.
        _ = app.Services.GetRequiredService<ActivityWriter>();

        app.UseServiceDefaults();
        app.MapSignUp();
        app.MapCodes();
        app.MapSignIn();
        app.MapPasswords();
        app.MapAddresses();
        app.MapSessions();
        app.MapSecondFactor();
        app.MapRevocations();
        app.MapGoogle();
        app.MapMe();
        app.MapActivity();
        app.MapDeletion();
        app.MapExport();
        app.MapCards();
        app.MapUserProfiles();
        app.MapArtistProfiles();
        app.MapArtists();
        app.MapImages();
        return app;
    }
}
