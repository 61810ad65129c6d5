using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Sealing;

namespace Visuels.Auth.Sessions;

/// <summary>
/// Refresh tokens: session, 256-bit secret and a tag that only this server can make. The tag tells a token that was good once, which
/// ends its session when it comes again, from words that somebody made up, which must not.
/// </summary>
internal sealed class RefreshTokens(KeyRing ring)
{
    private const int Longest = 256;
    private const string TagUse = "refresh-tag";
    private const string SuccessorUse = "refresh-successor";

    /// <summary>The first token of a session.</summary>
    public RefreshToken First(ObjectId session) => Make(session, RandomNumberGenerator.GetBytes(32));

    /// <summary>The token after this one: always the same, so that requests at the same time do not need to agree.</summary>
    public RefreshToken After(RefreshToken token) =>
        Make(token.Session, Convert.FromHexString(ring.Hash(token.Text, SuccessorUse).Split('.')[1]));

    /// <summary>Reads what a client sent; null when this server never made it.</summary>
    public RefreshToken? Read(string text) =>
        text.Length <= Longest
        && text.Split('.', 3) is [var session, var secret, var tag]
        && ObjectId.TryParse(session, out var id)
        && ring.Matches($"{session}.{secret}", TagUse, tag)
            ? new RefreshToken(id, text)
            : null;

    private RefreshToken Make(ObjectId session, byte[] secret)
    {
        var body = $"{session}.{WebEncoders.Base64UrlEncode(secret)}";
        return new RefreshToken(session, $"{body}.{ring.Hash(body, TagUse)}");
    }
}

/// <summary>A token that this server made.</summary>
internal sealed record RefreshToken(ObjectId Session, string Text)
{
    public string Hash => Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(Text)));
}
