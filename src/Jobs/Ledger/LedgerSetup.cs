using Microsoft.Extensions.Options;
using Visuels.Jobs.Sending;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Schedules;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Jobs.Ledger;

internal static class LedgerSetup
{
    public static void AddMailLedger(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration("Mail").ValidateDataAnnotations()
            .Validate<IOptions<SmtpOptions>>(
                OutlastsAttempts,
                "Mail:Lease must be at least twice Smtp:Timeout, or one instance takes over what another is sending.")
            .ValidateOnStart();
        services.AddStore<MailStore>();
        services.AddSingleton<MailQueue>();
        services.AddSingleton<MailComposer>();
        services.AddSingleton<MailMetrics>();
        services.AddSingleton<MailDelivery>();
        services.AddForgetting<MailStore>();
        services.AddSchedules(schedules => schedules
            .Add<MailRetention>("ledger-retention", TimeSpan.FromDays(1))
            .Add<DeletedUsers>(DeletedUsers.Name, DeletedUsers.Every));
        services.AddHostedService<MailDispatcher>();
    }

    private static bool OutlastsAttempts(MailOptions mail, IOptions<SmtpOptions> smtp)
    {
        try
        {
            return mail.Lease >= 2 * smtp.Value.Timeout;
        }
        catch (OptionsValidationException)
        {
            // Said where it belongs.
            return true;
        }
    }
}
