using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

[Proves(Requirement.Tls)]
public sealed class TlsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_whose_certificate_nobody_vouches_for_is_told_nothing()
    {
        var asked = 0;
        using var certificate = SelfSigned();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var impostor = builder.Build();
        impostor.Run(context =>
        {
            Interlocked.Increment(ref asked);
            return context.Response.WriteAsync("""{"cards":[],"keys":[]}""");
        });
        await impostor.StartAsync(Ct);
        await using var app = await ServiceUnderTest.StartAsync(SampleService.Build, test => test.Settings["Services:auth"] = impostor.Urls.First());

        using var cards = await app.Anonymous.GetAsync($"/cards/{ObjectId.GenerateNewId()}", Ct);
        using var keys = await app.As(ObjectId.GenerateNewId(), "USER").GetAsync("/me", Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, cards.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, keys.StatusCode);
        Assert.Equal(0, asked);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
