using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Profiles;

internal static class ArtistProfileEndpoints
{
    private const int Images = 2;

    private static readonly FileField[] Files = [new("avatar"), new("banner")];

    public static void MapArtistProfiles(this IEndpointRouteBuilder app)
    {
        var profile = app.MapGroup("/api/v1/artist/profile").WithTags("Artist profile").RequireAuthorization(Policies.Artist).FailsWith(404);
        profile.MapGet("/me", Get).WithSummary("Shows an artist's own profile");
        profile.MapPost("/create", Create).WithSummary("Completes an artist's profile for the first time")
            .AcceptsImages(Images).HasForm(ArtistProfileForm.Describe(isNew: true), Files).FailsWith(400, "profile_completed");
        profile.MapPatch("/update", Update).WithSummary("Changes an artist's profile")
            .AcceptsImages(Images).HasForm(ArtistProfileForm.Describe(isNew: false), Files);
    }

    private static async Task<Results<Ok<ArtistProfileAnswer>, ProblemHttpResult>> Get(
        ClaimsPrincipal user, AccountStore accounts, IOptions<SiteOptions> site, CancellationToken ct) =>
        await accounts.FindAsync(user.GetUserId(), ct) is { } account
            ? TypedResults.Ok(new ArtistProfileAnswer(true, ArtistProfileResponse.From(account, site.Value)))
            : Gone();

    private static async Task<Results<Ok<ArtistProfileChanged>, ProblemHttpResult>> Create(
        IFormCollection form, ClaimsPrincipal user, AccountStore accounts, ArtistProfiles profiles, IOptions<SiteOptions> site, CancellationToken ct)
    {
        var (read, problem) = ArtistProfileForm.Read(form);
        if (read is not { IsComplete: true })
        {
            return Problems.Invalid(problem ?? "Please complete all required artist details");
        }

        var account = await accounts.FindAsync(user.GetUserId(), ct);
        if (account?.ArtistProfile?.CreatedAt is not null)
        {
            return AlreadyCompleted();
        }

        return account is null ? Gone()
            : await profiles.CreateAsync(account.Id, read, form.Files, ct) is { } created
                ? Changed("Artist profile completed successfully", created, site.Value)
                : AlreadyCompleted();
    }

    private static async Task<Results<Ok<ArtistProfileChanged>, ProblemHttpResult>> Update(
        IFormCollection form, ClaimsPrincipal user, ArtistProfiles profiles, IOptions<SiteOptions> site, CancellationToken ct)
    {
        var (read, problem) = ArtistProfileForm.Read(form);
        return read is null ? Problems.Invalid(problem!)
            : await profiles.UpdateAsync(user.GetUserId(), read, form.Files, ct) is { } account
                ? Changed("Artist profile updated", account, site.Value)
                : Gone();
    }

    private static Ok<ArtistProfileChanged> Changed(string message, Account account, SiteOptions site) =>
        TypedResults.Ok(new ArtistProfileChanged(true, message, ArtistProfileResponse.From(account, site)));

    private static ProblemHttpResult AlreadyCompleted() =>
        Problems.BadRequest("profile_completed", "The artist profile is already completed; please update it instead.");

    private static ProblemHttpResult Gone() => Problems.NotFound("There is no such profile.");
}
