using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Security.Revocation;
using Visuels.ServiceDefaults.Users;

namespace Visuels.ServiceDefaults.Tests;

/// <summary>The smallest service: the defaults and a few routes to see them by.</summary>
internal static class SampleService
{
    public static readonly ServiceIdentity Identity = new("product", 4002, "Visuels Sample", "Visuels.ServiceDefaults.Tests");

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ServiceHost.CreateBuilder(Identity, args, configure);
        builder.AddMongo("visuels-sample");
        builder.AddMessaging(Identity.Name, bus =>
        {
            bus.AddRevocationConsumer();
            bus.AddUserCardConsumers();
        });
        builder.Services.AddUserCards();
        builder.Services.AddValidation();

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapGet("/open", () => "ok").AllowAnonymous();
        app.MapGet("/page", (int page) => page).AllowAnonymous();
        app.MapGet("/things/{id}", (ObjectId id) => id).AllowAnonymous();
        app.MapPost("/things", (SampleThing thing) => TypedResults.Ok(thing)).AllowAnonymous();
        app.MapGet("/me", (ClaimsPrincipal user) => new { _id = user.GetUserId(), role = user.GetRole() }).RequireAuthorization(Policies.Member);
        app.MapPost("/forms", (IFormCollection form) => form.Count).AllowAnonymous().DisableAntiforgery();
        app.MapGet("/matrix", () => "ok").RequireAuthorization(Policies.Member);
        app.MapMethods("/matrix", ["POST", "PUT", "PATCH", "DELETE"], ([FromBody] SampleThing thing) => TypedResults.Ok(thing)).RequireAuthorization(Policies.Member);
        app.MapPost("/me", () => "done").RequireAuthorization(Policies.Member);
        app.MapGet("/artists-only", () => "ok").RequireAuthorization(Policies.Artist);
        app.MapGet("/internal", () => "ok").RequireServices("order", "chat");
        app.MapPost("/internal", () => "ok").RequireServices("order");
        app.MapGet("/internal/{id}", (string id) => id).RequireServices("order");
        app.MapGet("/internal/nobody", () => "ok").RequireServices();
        app.MapGet("/operators", () => "ok").RequireAdminOrServices("jobs");
        app.MapGet("/broken", string () => throw new InvalidOperationException("secret detail")).AllowAnonymous();
        app.MapGet("/dependency", string () => throw new DependencyUnavailableException("mongo at 10.0.0.1")).AllowAnonymous();
        app.MapGet("/limited", () => "ok").AllowAnonymous().RequireRateLimiting(RateLimits.SignIn);
        app.MapGet("/cards/{id}", async (ObjectId id, UserCards cards, CancellationToken ct) => await cards.FindAsync(id, ct)).AllowAnonymous();
        return app;
    }
}

public sealed record SampleThing([StringLength(10, MinimumLength = 2)] string Title, [Range(0, 100)] decimal Price, bool Framed, DateTimeOffset? At = null);
