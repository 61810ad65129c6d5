using Microsoft.AspNetCore.Http;

namespace Visuels.ServiceDefaults.Errors;

/// <summary>The codes that every service uses, and the one that stands for a bare status.</summary>
public static class ProblemCodes
{
    /// <summary>400: a bad page, limit, sort, filter, id or cursor in the URL.</summary>
    public const string InvalidQuery = "invalid_query";

    /// <summary>400: a body that cannot be read.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>400: a body that can be read and breaks a rule.</summary>
    public const string ValidationFailed = "validation_failed";

    /// <summary>404: missing, or someone else's.</summary>
    public const string NotFound = "not_found";

    /// <summary>503: a dependency did not answer in time.</summary>
    public const string DependencyUnavailable = "dependency_unavailable";

    internal static string For(int status) => status switch
    {
        StatusCodes.Status400BadRequest => InvalidRequest,
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
        StatusCodes.Status408RequestTimeout => "request_timeout",
        StatusCodes.Status409Conflict => "conflict",
        StatusCodes.Status413PayloadTooLarge => "payload_too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        StatusCodes.Status429TooManyRequests => "rate_limited",
        StatusCodes.Status503ServiceUnavailable => DependencyUnavailable,
        StatusCodes.Status504GatewayTimeout => DependencyUnavailable,
        _ => status < 500 ? InvalidRequest : "internal_error",
    };

    internal static string MessageFor(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The request could not be read.",
        StatusCodes.Status401Unauthorized => "Please sign in.",
        StatusCodes.Status403Forbidden => "You are not allowed to do this.",
        StatusCodes.Status404NotFound => "There is nothing here.",
        StatusCodes.Status405MethodNotAllowed => "This method is not supported here.",
        StatusCodes.Status408RequestTimeout => "The request took too long to arrive.",
        StatusCodes.Status409Conflict => "The request does not fit the present state.",
        StatusCodes.Status413PayloadTooLarge => "The request is too large.",
        StatusCodes.Status415UnsupportedMediaType => "This content type is not supported here.",
        StatusCodes.Status429TooManyRequests => "Too many requests; please wait a moment.",
        StatusCodes.Status503ServiceUnavailable => "Something this needs is not available right now; please try again.",
        StatusCodes.Status504GatewayTimeout => "Something this needs is not available right now; please try again.",
        _ => status < 500 ? "The request could not be handled." : "Something went wrong on our side.",
    };
}
