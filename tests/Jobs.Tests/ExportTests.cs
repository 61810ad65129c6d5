using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Jobs.Tests;

public sealed class ExportTests(JobsApp jobs) : IClassFixture<JobsApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.Enumeration)]
    public async Task The_download_tells_nobody_to_which_of_the_addresses_they_wanted_a_code_went()
    {
        var (user, own, wanted) = (ObjectId.GenerateNewId(), Samples.NewAddress(), Samples.NewAddress());
        await jobs.Service.Bus.PublishAsync(Samples.Registered(own, id: user.ToString()));
        await jobs.Service.Bus.PublishAsync(
            Samples.Code(jobs.Service, wanted, "123456", name: "", purpose: CodePurposes.ChangeEmail) with { UserId = user.ToString() });
        await jobs.Service.MailToAsync(own);
        await jobs.Service.MailToAsync(wanted);

        var call = new Uri(jobs.Service.Address, "/internal/export");
        using var request = new HttpRequestMessage(HttpMethod.Get, call) { Headers = { { "X-User-Token", jobs.Service.Keys.AccessToken(user, Roles.User) } } };
        request.Headers.Authorization = new("Bearer", jobs.Service.Keys.ServiceToken("auth", "jobs", HttpMethod.Get, call));
        using var response = await jobs.Service.Anonymous.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var mail = Assert.Single((await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("mails").EnumerateArray());
        Assert.Equal(("welcome", own), (mail.GetProperty("template").GetString(), mail.GetProperty("to").GetString()));
    }
}
