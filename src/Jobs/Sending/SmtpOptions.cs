using System.ComponentModel.DataAnnotations;
using MailKit.Security;
using MimeKit;

namespace Visuels.Jobs.Sending;

/// <summary>Section <c>Smtp</c>.</summary>
internal sealed class SmtpOptions
{
    /// <summary>Name of the server. Without one, mails go into the development mailbox.</summary>
    public string? Host { get; set; }

    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    public string? UserName { get; set; }

    public string? Password { get; set; }

    public SmtpSecurity Security { get; set; } = SmtpSecurity.Auto;

    /// <summary>Who the mails are from: <c>Name &lt;address&gt;</c>.</summary>
    public string From { get; set; } = "Visuels <no-reply@visuels.example>";

    /// <summary>How long one attempt may take, from connecting to the server's answer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:20")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    public MailboxAddress Sender => MailboxAddress.Parse(From);

    public bool HasSender => MailboxAddress.TryParse(From, out var sender) && sender.Address.Contains('@', StringComparison.Ordinal);

    public SecureSocketOptions SocketOptions => Security switch
    {
        SmtpSecurity.None => SecureSocketOptions.None,
        SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
        SmtpSecurity.Ssl => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.Auto,
    };
}

/// <summary>How the connection is protected.</summary>
internal enum SmtpSecurity
{
    /// <summary>TLS from the start on port 465, elsewhere STARTTLS where the server offers it; a password is never sent without either.</summary>
    Auto,

    /// <summary>In clear, for a server on the same machine or network.</summary>
    None,

    /// <summary>STARTTLS or nothing.</summary>
    StartTls,

    /// <summary>TLS from the start.</summary>
    Ssl,
}
