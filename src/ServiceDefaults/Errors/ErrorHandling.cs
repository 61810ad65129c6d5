using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Errors;

/// <summary>Turns every failure into problem+json that tells the caller what to do and nothing about the inside.</summary>
internal static partial class ErrorHandling
{
    public static void AddErrorHandling(this IServiceCollection services)
    {
        services.AddSingleton<IProblemDetailsService, ProblemWriting>();
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
        // Binding failures throw in every environment, so that they take the same road as all other errors.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<ExceptionHandlerOptions>(options =>
        {
            options.StatusCodeSelector = StatusOf;
            options.SuppressDiagnosticsCallback = context => StatusOf(context.Exception) != StatusCodes.Status500InternalServerError;
        });
    }

    public static void UseErrorHandling(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Visuels.Errors");
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        // Inside the exception handler, so that an outage leaves a line with its cause and a client that left leaves none.
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (Exception e) when (StatusOf(e) == StatusCodes.Status503ServiceUnavailable)
            {
                LogDependency(logger, e.Message.ReplaceLineEndings(" "));
                throw;
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        });
    }

    internal static int StatusOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        DependencyUnavailableException => StatusCodes.Status503ServiceUnavailable,
        _ when StoreOutages.Is(exception) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var http = context.HttpContext;
        var status = problem.Status ?? http.Response.StatusCode;
        problem.Status = status;

        if (problem is HttpValidationProblemDetails { Errors.Count: > 0 } validation)
        {
            problem.Extensions["code"] = ProblemCodes.ValidationFailed;
            problem.Detail ??= string.Join(" ", validation.Errors.Values.SelectMany(messages => messages).Take(3));
        }

        if (context.Exception is BadHttpRequestException bad)
        {
            problem.Detail = Explain(bad) ?? ProblemCodes.MessageFor(status);
            if (status == StatusCodes.Status400BadRequest && bad.InnerException is not JsonException)
            {
                problem.Extensions["code"] = IsAboutTheUrl(http, bad) ? ProblemCodes.InvalidQuery : ProblemCodes.InvalidRequest;
            }
        }
        else if (context.Exception is not null)
        {
            problem.Detail = ProblemCodes.MessageFor(status);
        }

        problem.Extensions.TryAdd("code", ProblemCodes.For(status));
        problem.Detail ??= ProblemCodes.MessageFor(status);
        problem.Extensions["message"] = problem.Detail;
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier;
        if (status is StatusCodes.Status503ServiceUnavailable)
        {
            http.Response.Headers.RetryAfter = "2";
        }
    }

    // The library's own words name .NET types; the JSON path is the caller's own spelling.
    private static string? Explain(BadHttpRequestException bad) => bad.InnerException switch
    {
        JsonException { Path: { Length: > 2 } path } => $"The field '{path[2..]}' is unknown or has a wrong value.",
        JsonException => "The body is not valid JSON for this route.",
        _ => null,
    };

    private static bool IsAboutTheUrl(HttpContext http, BadHttpRequestException bad) =>
        HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsDelete(http.Request.Method)
        || bad.Message.StartsWith("Failed to bind parameter", StringComparison.Ordinal);

    [LoggerMessage(LogLevel.Warning, "A dependency failed: {Reason}")]
    private static partial void LogDependency(ILogger logger, string reason);
}
