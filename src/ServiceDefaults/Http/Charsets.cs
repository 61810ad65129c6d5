using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.ServiceDefaults.Http;

/// <summary>Bodies are UTF-8. Left to itself the library fails over other spellings of that name, and over encodings it does not know.</summary>
internal static class Charsets
{
    private const string Parameter = "charset";

    private static readonly string[] Utf8 = ["", "utf-8", "utf8", "us-ascii"];

    /// <summary>Takes the encoding off the content type where it is UTF-8, and refuses any other, in a form's parts as well: 415.</summary>
    public static void UseUtf8Bodies(this WebApplication app) => app.Use(async (context, next) =>
    {
        // What is not read may be in any encoding.
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is not null && !TryNormalize(context.Request))
        {
            await Refusal.ExecuteAsync(context);
            return;
        }

        try
        {
            await next(context);
        }
        catch (NotSupportedException) when (context.Features.Get<IFormFeature>() is { HasFormContentType: true, Form: null } && !context.Response.HasStarted)
        {
            // The form could not be read: a part names an encoding that .NET has switched off.
            await Refusal.ExecuteAsync(context);
        }
    });

    private static ProblemHttpResult Refusal =>
        Problems.Problem(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Bodies are sent in UTF-8.");

    private static bool TryNormalize(HttpRequest request)
    {
        if (request.ContentType?.Contains(Parameter, StringComparison.OrdinalIgnoreCase) != true
            || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            return true;
        }

        foreach (var parameter in type.Parameters.Where(p => p.Name.Equals(Parameter, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            if (!Utf8.Contains(HeaderUtilities.RemoveQuotes(parameter.Value).ToString(), StringComparer.OrdinalIgnoreCase))
            {
                return false;
            }

            type.Parameters.Remove(parameter);
        }

        request.ContentType = type.ToString();
        return true;
    }
}
