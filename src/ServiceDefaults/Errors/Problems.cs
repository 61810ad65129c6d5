using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Visuels.ServiceDefaults.Errors;

/// <summary>RFC 9457 answers with a stable <c>code</c> for programs. The storefront reads the detail as <c>message</c>, which is added on the way out.</summary>
public static class Problems
{
    /// <summary>400: the request breaks a rule; nothing was changed.</summary>
    /// <param name="code">Stable snake_case code.</param>
    /// <param name="message">One sentence for a person.</param>
    public static ProblemHttpResult BadRequest(string code, string message) => Problem(StatusCodes.Status400BadRequest, code, message);

    /// <summary>400 <c>invalid_query</c>: a bad page, limit, sort, filter or cursor.</summary>
    /// <param name="message">One sentence for a person.</param>
    public static ProblemHttpResult InvalidQuery(string message) => BadRequest(ProblemCodes.InvalidQuery, message);

    /// <summary>400 <c>validation_failed</c>: a field of the body breaks a rule that is not an attribute.</summary>
    /// <param name="message">One sentence for a person.</param>
    public static ProblemHttpResult Invalid(string message) => BadRequest(ProblemCodes.ValidationFailed, message);

    /// <summary>401: no session, or credentials that are not valid.</summary>
    /// <param name="code">Stable snake_case code.</param>
    /// <param name="message">One sentence for a person.</param>
    public static ProblemHttpResult Unauthorized(string code, string message) => Problem(StatusCodes.Status401Unauthorized, code, message);

    /// <summary>403: the caller may not do this.</summary>
    /// <param name="code">Stable snake_case code.</param>
    /// <param name="message">One sentence for a person.</param>
    public static ProblemHttpResult Forbidden(string code, string message) => Problem(StatusCodes.Status403Forbidden, code, message);

    /// <summary>404 <c>not_found</c>: missing, or someone else's, which must not be told apart.</summary>
    /// <param name="message">One sentence for a person.</param>
    public static ProblemHttpResult NotFound(string message) => Problem(StatusCodes.Status404NotFound, ProblemCodes.NotFound, message);

    /// <summary>409: the request does not fit the present state.</summary>
    /// <param name="code">Stable snake_case code.</param>
    /// <param name="message">One sentence for a person.</param>
    public static ProblemHttpResult Conflict(string code, string message) => Problem(StatusCodes.Status409Conflict, code, message);

    /// <summary>429: too many tries.</summary>
    /// <param name="code">Stable snake_case code.</param>
    /// <param name="message">One sentence for a person.</param>
    public static ProblemHttpResult TooMany(string code, string message) => Problem(StatusCodes.Status429TooManyRequests, code, message);

    /// <summary>503: something this needs is not there now.</summary>
    /// <param name="code">Stable snake_case code.</param>
    /// <param name="message">One sentence for a person.</param>
    public static ProblemHttpResult Unavailable(string code, string message) => Problem(StatusCodes.Status503ServiceUnavailable, code, message);

    /// <summary>Any status with a code.</summary>
    /// <param name="status">HTTP status, 400 to 599.</param>
    /// <param name="code">Stable snake_case code.</param>
    /// <param name="message">One sentence for a person.</param>
    public static ProblemHttpResult Problem(int status, string code, string message) =>
        TypedResults.Problem(detail: message, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code });
}
