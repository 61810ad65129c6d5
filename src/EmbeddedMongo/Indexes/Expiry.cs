using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>What expireAfterSeconds may be.</summary>
internal static class Expiry
{
    public static bool IsValid(BsonValue seconds, [NotNullWhen(false)] out string? why)
    {
        why = !seconds.IsNumeric
            ? $"TTL index 'expireAfterSeconds' option must be numeric, but received a type of {Failure.TypeName(seconds)}"
            : seconds.ToDouble() is not (>= 0 and <= int.MaxValue)
                ? $"TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different number than {seconds}"
                : null;
        return why is null;
    }
}
