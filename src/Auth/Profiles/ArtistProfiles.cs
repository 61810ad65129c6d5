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
        if (await WithImagesAsync(form, files, () => store.UpdateAsync(id, form, ct), ct) is not { } before)
        {
            return null;
        }

        await uploads.DiscardAsync(form.Images.Keys
            .Select(field => field == "avatar" ? before.ArtistProfile?.Avatar : before.ArtistProfile?.Banner)
            .OfType<StoredImage>()
            .Select(image => image.FileId));
        return await accounts.FindAsync(id, ct);
    }

    private async Task<Account?> WithImagesAsync(ArtistProfileForm form, IFormFileCollection files, Func<Task<Account?>> write, CancellationToken ct)
    {
        var names = files.Select(file => file.Name).ToList();
        var stored = await uploads.SaveAllAsync(files, ct);
        Account? account = null;
        try
        {
            foreach (var (field, image) in names.Zip(stored))
            {
                form.Images[field] = image;
            }

            account = await write();
        }
        finally
        {
            if (account is null)
            {
                await uploads.DiscardAsync(stored.Select(image => image.FileId));
            }
        }

        return account;
    }
}
