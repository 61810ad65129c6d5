namespace Visuels.Auth.Profiles;
internal sealed class UserProfile;
internal sealed class ArtistProfile;
