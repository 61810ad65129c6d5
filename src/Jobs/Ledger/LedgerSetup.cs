using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Jobs.Ledger;

internal static class LedgerSetup
{
    public static void AddMailLedger(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration("Mail").ValidateDataAnnotations().ValidateOnStart();
        services.AddStore<MailStore>();
        services.AddSingleton<MailQueue>();
        services.AddSingleton<MailComposer>();
        services.AddSingleton<MailDelivery>();
        services.AddHostedService<MailDispatcher>();
    }
}
