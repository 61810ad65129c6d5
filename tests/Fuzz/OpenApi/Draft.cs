using System.Globalization;
using System.Text;
using Visuels.Fuzz.Rig;

namespace Visuels.Fuzz.OpenApi;

/// <summary>Who sends a request.</summary>
/// <param name="Person">A user; null for a service or nobody.</param>
/// <param name="Service">A service; null for a user or nobody.</param>
internal sealed record Caller(Somebody? Person = null, string? Service = null)
{
    public bool IsNobody => Person is null && Service is null;

    public override string ToString() => Person is { } person ? $"{person.Role} {person.Id}" : Service is { } service ? $"service {service}" : "nobody";
}

/// <summary>One part of a multipart form.</summary>
internal sealed record Part(string Name, byte[] Content, string? File = null, string? Type = null, string? Disposition = null)
{
    public static Part Text(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));
}

/// <summary>A request in the making: good as it is made, then spoilt.</summary>
internal sealed class Draft(Operation operation, Caller caller)
{
    public const string Boundary = "----visuels-fuzz";

    public Operation Operation => operation;

    public Caller Caller { get; set; } = caller;

    public string Method { get; set; } = operation.Method;

    /// <summary>Values of the path as they stand in it.</summary>
    public Dictionary<string, string> Path { get; } = [];

    /// <summary>Takes the place of the whole path.</summary>
    public string? Target { get; set; }

    /// <summary>Parameters as they stand in the URL.</summary>
    public List<(string Name, string Value)> Query { get; } = [];

    public List<(string Name, string Value)> Headers { get; } = [];

    /// <summary>Members of a JSON body, values as they stand in it.</summary>
    public List<(string Name, string Value)> Members { get; } = [];

    public List<Part> Parts { get; } = [];

    /// <summary>Takes the place of the body that the members or parts make.</summary>
    public byte[]? Body { get; set; }

    public string? ContentType { get; set; } = operation.BodyType;

    public bool IsChunked { get; set; }

    /// <summary>Why it must not succeed; null when it may.</summary>
    public string? Breaks { get; set; }

    /// <summary>Whether the caller's credentials are not what they seem.</summary>
    public bool HasBadCredentials { get; set; }

    /// <summary>Whether credentials other than the caller's own may count, or a guard may come before the question who calls.</summary>
    public bool MayBeStoppedBefore { get; set; }

    /// <summary>Whether it may end at another operation, or at none.</summary>
    public bool MayMissRoute { get; set; }

    /// <summary>What was done to it.</summary>
    public List<string> Deeds { get; } = [];

    public string TargetPath()
    {
        var path = Target ?? Path.Aggregate(operation.Path, (path, value) => path.Replace($"{{{value.Key}}}", value.Value, StringComparison.Ordinal));
        return Query.Count == 0 ? path : $"{path}?{string.Join('&', Query.Select(parameter => $"{parameter.Name}={parameter.Value}"))}";
    }

    public byte[] BodyBytes() => Body
        ?? (operation.BodyType is null ? []
            : operation.BodyType == "application/json"
                ? Encoding.UTF8.GetBytes($"{{{string.Join(',', Members.Select(member => $"\"{member.Name}\":{member.Value}"))}}}")
                : Multipart());

    public string? ContentTypeHeader => operation.BodyType == "multipart/form-data" && ContentType == operation.BodyType
        ? $"{ContentType}; boundary={Boundary}"
        : ContentType;

    public byte[] Head(string host, string? token, int length)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Method} {TargetPath()} HTTP/1.1\r\nHost: {host}\r\n");
        if (token is not null && !Headers.Exists(header => header.Name is "Authorization" or "Cookie"))
        {
            head.Append(CultureInfo.InvariantCulture, $"Authorization: Bearer {token}\r\n");
        }

        foreach (var (name, value) in Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (length > 0 && ContentTypeHeader is { } type)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}\r\n");
        }

        if (IsChunked)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (length > 0 || Method is not ("GET" or "HEAD" or "DELETE"))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        }

        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private byte[] Multipart()
    {
        using var body = new MemoryStream();
        foreach (var part in Parts)
        {
            var file = part.File is null ? "" : $"; filename=\"{part.File}\"";
            var type = part.Type is null ? "" : $"Content-Type: {part.Type}\r\n";
            var disposition = part.Disposition ?? $"form-data; name=\"{part.Name}\"{file}";
            body.Write(Encoding.UTF8.GetBytes($"--{Boundary}\r\nContent-Disposition: {disposition}\r\n{type}\r\n"));
            body.Write(part.Content);
            body.Write("\r\n"u8);
        }

        body.Write(Encoding.UTF8.GetBytes($"--{Boundary}--\r\n"));
        return body.ToArray();
    }
}
