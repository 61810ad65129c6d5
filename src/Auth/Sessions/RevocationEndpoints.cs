using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Security.Revocation;

namespace Visuels.Auth.Sessions;

internal static class RevocationEndpoints
{
    public static void MapRevocations(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth/internal").WithTags("Internal").RequireServices("product", "order", "chat", "jobs")
            .MapPost("/revocations", Since).WithSummary("Tells services whose tokens were taken back");

    private static async Task<Ok<RevocationsResponse>> Since(RevocationsRequest request, IRevocationSource log, CancellationToken ct) =>
        TypedResults.Ok(await log.SinceAsync(request.Since, ct));
}
