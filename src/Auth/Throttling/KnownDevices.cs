using System.Security.Cryptography;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Throttling;

/// <summary>
/// Browsers that have signed in to an address before. Their tries are counted apart, so that strangers who guess cannot shut out the
/// owner. Cookie <c>device</c>: an id, and for each of the last addresses a keyed hash that binds the two.
/// </summary>
internal sealed class KnownDevices(KeyRing ring, SessionCookies cookies)
{
    public const string Cookie = "device";

    private const string Use = "device";
    private const char Separator = '~';
    private const int IdLength = 32;
    private const int MostAddresses = 4;
    private static readonly TimeSpan Life = TimeSpan.FromDays(180);

    /// <summary>The id of the caller's device if it has signed in to this address before, else null.</summary>
    public string? Find(HttpRequest request, string email) =>
        Read(request) is { } device && device.Proofs.Any(proof => ring.Matches(Bound(device.Id, email), Use, proof)) ? device.Id : null;

    /// <summary>Makes the caller's device one that has signed in to this address.</summary>
    public void Remember(HttpContext context, string email)
    {
        var (id, proofs) = Read(context.Request) ?? (RandomNumberGenerator.GetHexString(IdLength, lowercase: true), []);
        var others = proofs.Where(proof => !ring.Matches(Bound(id, email), Use, proof)).Take(MostAddresses - 1);
        cookies.Append(context.Response, Cookie, string.Join(Separator, [id, ring.Hash(Bound(id, email), Use), .. others]), Life);
    }

    private static string Bound(string id, string email) => $"{id}|{email}";

    private static (string Id, string[] Proofs)? Read(HttpRequest request) =>
        request.Cookies[Cookie]?.Split(Separator) is [{ Length: IdLength } id, .. var proofs] && id.All(char.IsAsciiHexDigitLower)
            ? (id, proofs.Take(MostAddresses).ToArray())
            : null;
}
