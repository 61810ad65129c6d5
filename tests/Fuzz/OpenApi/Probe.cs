using System.Globalization;
using System.Text;
using Visuels.Fuzz.Rig;

namespace Visuels.Fuzz.OpenApi;

/// <summary>A request as it goes over the wire.</summary>
internal sealed record Probe(Draft Draft, byte[] Head, byte[] Body)
{
    public static Probe Of(Draft draft, Market market)
    {
        var address = market.Address(draft.Operation.Service);
        var body = draft.BodyBytes();
        var head = draft.Head(address.Authority, TokenOf(draft, market), body.Length);
        return new Probe(draft, head, draft.IsChunked ? Chunked(body) : body);
    }

    /// <summary>The caller's token; a service's is good for this one request.</summary>
    public static string? TokenOf(Draft draft, Market market)
    {
        if (draft.Caller.Service is not { } service)
        {
            return draft.Caller.Person?.Token;
        }

        var audience = draft.Operation.Service;
        var path = draft.TargetPath().Split('?')[0];
        var call = Uri.TryCreate(market.Address(audience), path, out var address) ? address : market.Address(audience);
        return market.Keys.ServiceToken(service, audience, new HttpMethod(draft.Method), call);
    }

    public string Curl(Uri address)
    {
        var head = Encoding.Latin1.GetString(Head).Split("\r\n");
        var curl = new StringBuilder();
        if (Body.Length > 0)
        {
            curl.Append(CultureInfo.InvariantCulture, $"echo {(Body.Length > 1_000 ? $"({Body.Length} bytes)" : Convert.ToBase64String(Body))} | base64 -d | ");
        }

        curl.Append(CultureInfo.InvariantCulture, $"curl -i --path-as-is -X {Draft.Method} '{address.GetLeftPart(UriPartial.Authority)}{Shortened(Draft.TargetPath())}'");
        foreach (var line in head.Skip(1).Where(line => line.Length > 0 && !line.StartsWith("Content-Length", StringComparison.Ordinal)))
        {
            curl.Append(CultureInfo.InvariantCulture, $" -H '{Shortened(line)}'");
        }

        return Body.Length > 0 ? curl.Append(" --data-binary @-").ToString() : curl.ToString();
    }

    private static string Shortened(string text) => text.Length <= 1_500 ? text : $"{text[..100]}...({text.Length})";

    private static byte[] Chunked(byte[] body)
    {
        using var chunks = new MemoryStream();
        foreach (var chunk in body.Chunk(1_000))
        {
            chunks.Write(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"));
            chunks.Write(chunk);
            chunks.Write("\r\n"u8);
        }

        chunks.Write("0\r\n\r\n"u8);
        return chunks.ToArray();
    }
}
