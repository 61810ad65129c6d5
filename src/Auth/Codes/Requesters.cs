using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Codes;

/// <summary>Who asks for a code, or enters one.</summary>
/// <param name="Flow">The flow that the caller names, by cookie or in the body.</param>
/// <param name="Client">Keyed hash of network and program.</param>
/// <param name="Network">Keyed hash of the network: an IPv4 address, or the first half of an IPv6 one.</param>
internal sealed record Requester(string? Flow, string Client, string Network);

/// <summary>
/// Tells callers apart. Cookie <c>flow</c>, or member <c>flow</c> of the body for programs that keep no cookies, binds a code to the one who
/// asked for it.
/// </summary>
internal sealed class Requesters(KeyRing ring, SessionCookies cookies)
{
    public const string Cookie = "flow";
    public const string Pattern = "^[0-9a-f]{32}$";

    private const int Length = 32;

    public static string NewFlow() => RandomNumberGenerator.GetHexString(Length, lowercase: true);

    public Requester Of(HttpRequest request, string? named)
    {
        var cookie = request.Cookies[Cookie];
        var flow = named ?? (cookie is { Length: Length } && cookie.All(char.IsAsciiHexDigitLower) ? cookie : null);
        var network = Networks.Of(request.HttpContext.Connection.RemoteIpAddress);
        return new Requester(flow, ring.Hash($"{network}|{request.Headers.UserAgent}", "client"), ring.Hash(network, "network"));
    }

    /// <summary>Somebody who is signed in: what they ask for belongs to this session, and so to its account.</summary>
    public Requester Of(HttpRequest request, ObjectId session) => Of(request, session.ToString());

    public void Remember(HttpResponse response, string flow) => cookies.Append(response, Cookie, flow, Code.Day);

    public void Forget(HttpContext context)
    {
        if (context.Request.Cookies.ContainsKey(Cookie))
        {
            cookies.Remove(context.Response, Cookie);
        }
    }
}

/// <summary>A flow's id as we made it, or nothing.</summary>
internal sealed class FlowAttribute() : RegularExpressionAttribute(Requesters.Pattern)
{
    // To the library an empty text fits every pattern.
    public override bool IsValid(object? value) => value is not "" && base.IsValid(value);

    public override string FormatErrorMessage(string name) => "This is not a flow of ours.";
}
