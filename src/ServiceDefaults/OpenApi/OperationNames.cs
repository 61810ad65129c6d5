using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.ApiExplorer;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>
/// Ids of operations, by which generated clients name their methods: <c>DELETE /api/v1/auth/sessions/{id}</c> is
/// <c>deleteAuthSessionsById</c>. They follow from the route, so they change only with it, whatever becomes of the code behind.
/// </summary>
internal static partial class OperationNames
{
    private const string Prefix = "api/v1/";

    public static string Of(ApiDescription api)
    {
        var path = api.RelativePath ?? "";
        var words = Word().Matches(path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : path)
            .Select(word => (word.Value[0] == '{' ? "By" : "") + Capitalized(word.Value.TrimStart('{')));
        return api.HttpMethod!.ToLowerInvariant() + string.Concat(words);
    }

    private static string Capitalized(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    [GeneratedRegex(@"\{?[A-Za-z0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}
