using Microsoft.AspNetCore.Http;

namespace Visuels.ServiceDefaults.Errors;

/// <summary>
/// Errors have one form. Left to itself the library asks the Accept header, and sends plain text or a problem without our members to
/// callers who only name other types.
/// </summary>
internal sealed class ProblemWriting(IEnumerable<IProblemDetailsWriter> writers) : IProblemDetailsService
{
    public async ValueTask WriteAsync(ProblemDetailsContext context) => await TryWriteAsync(context);

    public async ValueTask<bool> TryWriteAsync(ProblemDetailsContext context)
    {
        context.HttpContext.Request.Headers.Accept = default;
        if (writers.FirstOrDefault(writer => writer.CanWrite(context)) is not { } able)
        {
            return false;
        }

        await able.WriteAsync(context);
        return true;
    }
}
