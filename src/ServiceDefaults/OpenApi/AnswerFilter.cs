using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>Writes down every status that an operation can answer: what follows from its kind, and what its route says by <see cref="FailureRoutes"/>.</summary>
internal sealed class AnswerFilter : IOperationFilter
{
    private static readonly HashSet<int> HaveRetryAfter = [StatusCodes.Status429TooManyRequests, StatusCodes.Status503ServiceUnavailable];

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        operation.Responses ??= [];
        DescribeSuccess(operation, context, metadata);

        var failures = Usual(operation, context, metadata).Concat(metadata.OfType<Failure>()).ToLookup(failure => failure.Status);
        foreach (var failure in failures.OrderBy(failure => failure.Key))
        {
            var codes = failure.SelectMany(one => one.Codes.Count > 0 ? one.Codes : [ProblemCodes.For(failure.Key)]).Distinct();
            var answer = failure.Select(one => one.Answer).LastOrDefault(type => type is not null) ?? typeof(ProblemAnswer);
            operation.Responses[Numbers.Text(failure.Key)] = new OpenApiResponse
            {
                Description = string.Join(", ", codes.Select(code => $"`{code}`")),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new() { Schema = context.SchemaGenerator.GenerateSchema(answer, context.SchemaRepository) },
                },
                Headers = HaveRetryAfter.Contains(failure.Key) ? RetryAfter() : null,
            };
        }
    }

    private static IEnumerable<Failure> Usual(OpenApiOperation operation, OperationFilterContext context, IList<object> metadata)
    {
        var hasBody = metadata.OfType<IAcceptsMetadata>().Any();
        var isSafe = context.ApiDescription.HttpMethod is "GET" or "HEAD";
        var access = metadata.OfType<IAllowAnonymous>().Any() ? [] : metadata.OfType<IAuthorizeData>().ToList();
        if (hasBody)
        {
            yield return new Failure(StatusCodes.Status400BadRequest, [ProblemCodes.InvalidRequest, ProblemCodes.ValidationFailed]);
            yield return new Failure(StatusCodes.Status408RequestTimeout, []);
            yield return new Failure(StatusCodes.Status413PayloadTooLarge, []);
            yield return new Failure(StatusCodes.Status415UnsupportedMediaType, []);
        }

        if (operation.Parameters is { Count: > 0 })
        {
            yield return new Failure(StatusCodes.Status400BadRequest, [ProblemCodes.InvalidQuery]);
        }

        if (access.Count > 0)
        {
            yield return new Failure(StatusCodes.Status401Unauthorized, []);
        }

        if (access.Exists(rule => rule.Policy is not null || rule.Roles is not null))
        {
            yield return new Failure(StatusCodes.Status403Forbidden, []);
        }

        if (!isSafe)
        {
            yield return new Failure(StatusCodes.Status403Forbidden, ["csrf"]);
        }

        if (metadata.OfType<EnableRateLimitingAttribute>().Any())
        {
            yield return new Failure(StatusCodes.Status429TooManyRequests, []);
        }

        yield return new Failure(StatusCodes.Status503ServiceUnavailable, [ProblemCodes.DependencyUnavailable, "overloaded"]);
    }

    // The library keeps one type per status; an answer that depends on the request has several.
    private static void DescribeSuccess(OpenApiOperation operation, OperationFilterContext context, IList<object> metadata)
    {
        foreach (var types in metadata.OfType<IProducesResponseTypeMetadata>().Where(produced => produced.Type is not null && produced.Type != typeof(void)).GroupBy(produced => produced.StatusCode, produced => produced.Type!))
        {
            if (types.Distinct().Count() > 1
                && operation.Responses![Numbers.Text(types.Key)].Content?.TryGetValue("application/json", out var content) == true)
            {
                content.Schema = new OpenApiSchema
                {
                    OneOf = [.. types.Distinct().Select(type => context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository))],
                };
            }
        }
    }

    private static Dictionary<string, IOpenApiHeader> RetryAfter() => new()
    {
        ["Retry-After"] = new OpenApiHeader
        {
            Description = "Seconds to wait.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" },
        },
    };
}
