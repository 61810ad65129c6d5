using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.ServiceDefaults.Http;

/// <summary>Bodies are UTF-8. Left to itself the library fails over other spellings of that name, and over encodings it does not know.</summary>
internal static class Charsets
{
    private const string Parameter = "charset";

    private static readonly string[] Utf8 = ["", "utf-8", "utf8", "us-ascii"];

    /// <summary>Takes the encoding off the content type where it is UTF-8, and refuses any other: 415.</summary>
    public static void UseUtf8Bodies(this WebApplication app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (request.ContentType?.Contains(Parameter, StringComparison.OrdinalIgnoreCase) != true
            || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            return next(context);
        }

        foreach (var parameter in type.Parameters.Where(p => p.Name.Equals(Parameter, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            if (!Utf8.Contains(HeaderUtilities.RemoveQuotes(parameter.Value).ToString(), StringComparer.OrdinalIgnoreCase))
            {
                return Problems.Problem(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Bodies are sent in UTF-8.").ExecuteAsync(context);
            }

            type.Parameters.Remove(parameter);
        }

        request.ContentType = type.ToString();
        return next(context);
    });
}
