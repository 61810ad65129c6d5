using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using MongoDB.Bson;
using Visuels.Auth.Export;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>How long an export may take, and how often one may ask for it.</summary>
[Proves(Requirement.AccountLife)]
public sealed class ExportBoundTests(ExportAppThatCutsUploads app) : IClassFixture<ExportAppThatCutsUploads>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_download_outlasts_an_upload_that_is_cut_off_for_taking_too_long()
    {
        var artist = await app.Join(Roles.Artist);
        var upload = "";
        app.Instead["chat"] = async context =>
        {
            await context.Response.WriteAsync("[");
            await context.Response.Body.FlushAsync();
            upload = await UploadForEver(artist);
            await context.Response.WriteAsync("]");
        };

        using var response = await artist.Export();

        await response.Should(HttpStatusCode.OK);
        Assert.StartsWith("HTTP/1.1 503 ", upload, StringComparison.Ordinal);
    }

    [Fact]
    [Proves(Requirement.RateLimits)]
    public async Task Five_exports_an_hour_are_enough()
    {
        await using var service = await ServiceUnderTest.StartAsync(AuthService.Build, test =>
        {
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:Scale"] = "1";
        });
        using var http = service.As(ObjectId.GenerateNewId(), Roles.User);

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 6; i++)
        {
            using var response = await http.Get("/api/v1/auth/me/export");
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.Unauthorized, 5), HttpStatusCode.TooManyRequests], statuses);
    }

    /// <summary>Begins an upload that never gets to its end.</summary>
    /// <returns>The first line of the answer.</returns>
    private async Task<string> UploadForEver(Member artist)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(app.Service.Address.Host, app.Service.Address.Port, Ct);
        await using var stream = connection.GetStream();
        await using var writer = new StreamWriter(stream) { AutoFlush = true };
        await writer.WriteAsync(string.Join(
            "\r\n",
            "PATCH /api/v1/artist/profile/update HTTP/1.1",
            $"Host: {app.Service.Address.Authority}",
            $"Authorization: {artist.Http.DefaultRequestHeaders.Authorization}",
            "Content-Type: multipart/form-data; boundary=x",
            "Content-Length: 1000",
            "",
            "--x\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(Ct) ?? "no answer";
    }
}

/// <summary>Each reader who does not read holds a file open. An application of its own: nobody else's export has yet to give its room back.</summary>
[Proves(Requirement.AccountLife)]
public sealed class ExportRoomTests(ExportApp app) : IClassFixture<ExportApp>
{
    [Fact]
    public async Task Readers_who_do_not_read_hold_up_a_bounded_number_of_files()
    {
        const int TooMuchForSockets = 24 * 1024 * 1024;
        var member = await app.Join();
        app.Instead["chat"] = async context =>
        {
            await context.Response.WriteAsync("\"");
            var part = new string('x', 64 * 1024);
            for (var sent = 0; sent < TooMuchForSockets; sent += part.Length)
            {
                await context.Response.WriteAsync(part);
            }

            await context.Response.WriteAsync("\"");
        };

        var held = new List<HttpResponseMessage>();
        try
        {
            for (var i = 0; i < DataExport.AtOnce; i++)
            {
                held.Add(await member.Export(HttpCompletionOption.ResponseHeadersRead));
                Assert.Equal(HttpStatusCode.OK, held[^1].StatusCode);
            }

            using (var refused = await member.Export())
            {
                await refused.Refuses(HttpStatusCode.ServiceUnavailable, "busy");
            }

            held[0].Dispose();
            await Eventually.Until(
                async () =>
                {
                    using var response = await member.Export(HttpCompletionOption.ResponseHeadersRead);
                    return response.StatusCode == HttpStatusCode.OK;
                },
                "who leaves makes room");
        }
        finally
        {
            app.Instead.TryRemove("chat", out _);
            held.ForEach(response => response.Dispose());
        }
    }
}
