using Visuels.ServiceDefaults.Hosting;

namespace Visuels.Jobs.Sending;

internal static class SenderSetup
{
    public static void AddMailSender(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SmtpOptions>().BindConfiguration("Smtp").ValidateDataAnnotations()
            .Validate(smtp => smtp.HasSender, "Smtp:From must look like Name <address>.")
            .ValidateOnStart();

        if (builder.Configuration["Smtp:Host"] is { Length: > 0 })
        {
            builder.Services.AddSingleton<IMailSender, SmtpSender>();
        }
        else if (builder.Environment.IsProduction())
        {
            throw new StartupException("Smtp:Host is not set: in Production nobody reads the development mailbox.");
        }
        else
        {
            builder.Services.AddSingleton<Mailbox.DevelopmentMailbox>();
            builder.Services.AddSingleton<IMailSender>(services => services.GetRequiredService<Mailbox.DevelopmentMailbox>());
        }
    }
}
