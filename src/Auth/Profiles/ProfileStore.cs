using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;

namespace Visuels.Auth.Profiles;

/// <summary>The profiles inside the documents of collection <c>accounts</c>.</summary>
internal sealed class ProfileStore(IMongoDatabase database, TimeProvider clock)
{
    private static readonly UpdateDefinitionBuilder<Account> Update = Builders<Account>.Update;

    private readonly IMongoCollection<Account> _accounts = database.GetCollection<Account>(AccountStore.Collection);

    /// <summary>Changes what a buyer told; texts that are left out stay. Null when the account is gone.</summary>
    public Task<Account?> UpdateAsync(ObjectId id, UpdateUserProfileRequest request, CancellationToken ct)
    {
        var update = Update.Set(a => a.UserProfile!.UpdatedAt, clock.GetUtcNow());
        foreach (var (name, text) in new[]
        {
            ("firstName", request.FirstName),
            ("lastName", request.LastName),
            ("phone", request.Phone),
            ("address", request.Address),
            ("city", request.City),
            ("state", request.State),
            ("country", request.Country),
            ("pinCode", request.PinCode),
        })
        {
            var field = $"userProfile.{name}";
            update = text is null ? update : ProfileRules.IsUntold(text) ? update.Unset(field) : update.Set(field, text.Trim());
        }

        if (request.DateOfBirth is { } day)
        {
            update = ProfileRules.IsUntold(day)
                ? update.Unset(a => a.UserProfile!.DateOfBirth)
                : update.Set(a => a.UserProfile!.DateOfBirth, ProfileRules.Day(day));
        }

        return WriteAsync(Builders<Account>.Filter.Eq(a => a.Id, id), update, ReturnDocument.After, ct);
    }

    /// <summary>Writes an artist's first profile. Null when there is one already.</summary>
    public Task<Account?> CreateAsync(ObjectId id, ArtistProfileForm form, CancellationToken ct) => WriteAsync(
        Builders<Account>.Filter.Eq(a => a.Id, id) & Builders<Account>.Filter.Exists(a => a.ArtistProfile!.CreatedAt, false),
        Changes(form).Set(a => a.ArtistProfile!.CreatedAt, clock.GetUtcNow()),
        ReturnDocument.After,
        ct);

    /// <summary>Changes what the form names of an artist's profile.</summary>
    /// <returns>The account as it was before: its images may not be needed any more.</returns>
    public Task<Account?> UpdateAsync(ObjectId id, ArtistProfileForm form, CancellationToken ct) =>
        WriteAsync(Builders<Account>.Filter.Eq(a => a.Id, id), Changes(form), ReturnDocument.Before, ct);

    private UpdateDefinition<Account> Changes(ArtistProfileForm form)
    {
        var update = Update.Set(a => a.ArtistProfile!.UpdatedAt, clock.GetUtcNow());
        foreach (var (field, text) in form.Texts)
        {
            update = text.Length == 0 ? update.Unset(Path(field)) : update.Set(Path(field), text);
        }

        foreach (var (field, items) in form.Lists)
        {
            update = update.Set(Path(field), items);
        }

        foreach (var (field, image) in form.Images)
        {
            update = update.Set(Path(field), image);
        }

        return update;
    }

    private static string Path(string field) => $"artistProfile.{field}";

    private async Task<Account?> WriteAsync(
        FilterDefinition<Account> filter, UpdateDefinition<Account> update, ReturnDocument which, CancellationToken ct) =>
        await _accounts.FindOneAndUpdateAsync(
            filter & AccountStore.Present,
            update,
            new FindOneAndUpdateOptions<Account> { ReturnDocument = which, Projection = Builders<Account>.Projection.Exclude(a => a.Outbox) },
            ct);
}
