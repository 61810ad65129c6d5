using Microsoft.Extensions.Time.Testing;
using Visuels.Testing;

namespace Visuels.Jobs.Tests;

/// <summary>Jobs in front of an SMTP server that behaves as a test wants, by a clock that stands still until a test moves it; anew for each test.</summary>
public abstract class SmtpScene : IAsyncLifetime
{
    private ServiceUnderTest? _service;

    protected SmtpScene(DateTimeOffset? start = null) => Clock = new FakeTimeProvider(start ?? Samples.Start);

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Clock { get; }

    protected FakeSmtpServer Smtp { get; } = new();

    protected ServiceUnderTest App => _service!;

    public async ValueTask InitializeAsync() => _service = await JobsApp.StartAsync(UseSmtp);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        // What hangs there need not be waited for.
        await Smtp.DisposeAsync();
        await App.DisposeAsync();
    }

    protected void UseSmtp(TestSetup test)
    {
        (test.Settings["Smtp:Host"], test.Settings["Smtp:Port"]) = ("127.0.0.1", Smtp.Port);
        test.Clock = Clock;
    }
}
