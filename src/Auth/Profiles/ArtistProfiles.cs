using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Images;

namespace Visuels.Auth.Profiles;

/// <summary>Writes artists' profiles together with their images, and leaves no image behind that nobody refers to.</summary>
internal sealed class ArtistProfiles(ProfileStore store, AccountStore accounts, ImageUploads uploads)
{
    /// <returns>Null when the artist has filled in a profile before.</returns>
    public Task<Account?> CreateAsync(ObjectId id, ArtistProfileForm form, IFormFileCollection files, CancellationToken ct) =>
        WithImagesAsync(form, files, () => store.CreateAsync(id, form, ct), ct);

    /// <returns>The changed account, or null when it is gone.</returns>
    public async Task<Account?> UpdateAsync(ObjectId id, ArtistProfileForm form, IFormFileCollection files, CancellationToken ct)
    {
        if (files.Count > 0)
        {
            await uploads.DoubtAsync(Replaced(await accounts.FindAsync(id, ct), files.Select(file => file.Name)), ct);
        }

        if (await WithImagesAsync(form, files, () => store.UpdateAsync(id, form, ct), ct) is not { } before)
        {
            return null;
        }

        await uploads.DiscardAsync(Replaced(before, form.Images.Keys));
        return await accounts.FindAsync(id, ct);
    }

    private static List<StoredImage> Replaced(Account? account, IEnumerable<string> fields) =>
        [.. fields.Select(field => field == "avatar" ? account?.ArtistProfile?.Avatar : account?.ArtistProfile?.Banner).OfType<StoredImage>()];

    private async Task<Account?> WithImagesAsync(ArtistProfileForm form, IFormFileCollection files, Func<Task<Account?>> write, CancellationToken ct)
    {
        var stored = await uploads.SaveAllAsync(files, ct);
        foreach (var (field, image) in files.Select(file => file.Name).Zip(stored))
        {
            form.Images[field] = image;
        }

        // A write without an answer may have happened, or happen yet: its images stay until the sweep knows.
        var account = await write();
        if (account is null)
        {
            await uploads.DiscardAsync(stored);
        }
        else
        {
            await uploads.KeepAsync(stored);
        }

        return account;
    }
}
