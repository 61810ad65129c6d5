using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Tests;

/// <summary>What people do who want another address.</summary>
internal static class AddressMoves
{
    public static string NewAddress() => AuthApp.Someone().Email;

    public static Task<HttpResponseMessage> WantAddress(this HttpClient http, string email, string? password = AuthApp.Password) =>
        http.Put("/api/v1/auth/email", new { email, password });

    public static Task<HttpResponseMessage> ConfirmAddress(this HttpClient http, string otp) => http.Post("/email/confirm", new { otp });

    public static Task<HttpResponseMessage> UndoAddress(this AuthApp app, string token) => app.Post("/email/undo", new { token });

    /// <summary>Asks for an address and reads the code that is mailed there.</summary>
    public static async Task<string> AskForAddress(this AuthApp app, Member member, string email)
    {
        using var asked = await member.Http.WantAddress(email);
        await asked.Should(HttpStatusCode.Accepted);
        return await app.MoveCodeFor(member, InputRules.Email(email));
    }

    public static async Task<string> MoveCodeFor(this AuthApp app, Member member, string email) => app.Open(await app.Next<EmailCodeIssued>(
        code => code.Email == email && code.Purpose == CodePurposes.ChangeEmail && code.UserId == member.Id.ToString()));

    /// <summary>Gives somebody another address.</summary>
    public static async Task MoveTo(this AuthApp app, Member member, string email)
    {
        using var confirmed = await member.Http.ConfirmAddress(await app.AskForAddress(member, email));
        await confirmed.Should(HttpStatusCode.OK);
    }

    /// <summary>The token that was mailed to an address which an account had, opened as Jobs opens it.</summary>
    public static async Task<string> UndoTokenFor(this AuthApp app, string former)
    {
        var changed = await app.Next<EmailChanged>(e => e.Email == former && e.SealedUndo is not null);
        return changed.OpenUndo(app.Service.Services.GetRequiredService<KeyFolder>().Ring(KeyFolder.SealingRing))
            ?? throw new InvalidOperationException("Jobs could not open this token.");
    }

    /// <summary>Another person signs up with an address that somebody had, or wants, and proves it.</summary>
    public static async Task<ObjectId> Join(this AuthApp app, string email, Member not)
    {
        await app.SignUp(AuthApp.Someone() with { Email = email });
        var code = await app.Next<EmailCodeIssued>(e => e.Email == email && e.Purpose == CodePurposes.VerifyEmail && e.UserId != not.Id.ToString());
        using var proof = await app.Verify(email, app.Open(code));
        await proof.Should(HttpStatusCode.OK);
        return ObjectId.Parse(code.UserId);
    }

    public static IMongoCollection<Account> Accounts(this AuthApp app) => app.Service.Database.GetCollection<Account>(AccountStore.Collection);

    public static Task<Account> Account(this AuthApp app, Member member) =>
        app.Accounts().Find(a => a.Id == member.Id).FirstAsync(TestContext.Current.CancellationToken);
}
