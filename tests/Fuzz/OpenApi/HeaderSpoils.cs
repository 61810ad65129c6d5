namespace Visuels.Fuzz.OpenApi;

/// <summary>Spoils headers, credentials, methods and the way the body travels.</summary>
internal sealed class HeaderSpoils(Document document, Random random)
{
    private static readonly string[] Types =
    [
        "text/plain", "application/xml", "application/x-www-form-urlencoded", "application/jsonx", "json", "*/*", "application/json; charset=utf-16",
        "application/json; charset=nonsense", "application/json; charset=\"utf-7\"", "multipart/form-data", "multipart/form-data; boundary=", "text/html", "application/octet-stream",
    ];

    private static readonly (string Name, string Value)[] Odd =
    [
        ("Accept", "application/xml"), ("Accept", "image/webp"), ("Accept-Encoding", "gzip, br;q=1.5"), ("Accept-Language", new string('x', 3_000)), ("X-Forwarded-For", "1.2.3.4, $where"),
        ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "javascript"), ("X-HTTP-Method-Override", "DELETE"), ("Range", "bytes=0-1"), ("If-None-Match", "*"), ("If-Match", "\"x\""),
        ("X-User-Id", "000000000000000000000000"), ("Content-Encoding", "gzip"), ("Forwarded", "for=evil"), ("X-Original-URL", "/internal/mails"), ("Referer", "http://evil.example/"),
        ("Traceparent", "00-zz-zz-zz"), ("Cookie", "a=b; ; =; token"), ("Cookie", "token=; token=x"), ("X-Big", new string('b', 20_000)), ("X-Utf", "\u00fc\u00ff"), ("X-Nul", "a\0b"),
        ("Host", "evil.example"), ("Upgrade", "websocket"), ("Connection", "close, Authorization"), ("Expect", "100-continue"), ("Priority", "u=9"), ("Origin", "null"),
    ];

    private readonly SchemaCheck _check = new(document, isRequest: true);

    public void Spoil(Draft draft, string? token)
    {
        switch (random.Next(8))
        {
            case < 3:
                SpoilCredentials(draft, token);
                break;
            case 3 when draft.Operation.Parameters.Where(parameter => parameter.In == "header").ToList() is [var parameter, ..]:
                SpoilParameter(draft, parameter);
                break;
            case 4 when draft.Operation.BodyType is not null:
                draft.ContentType = Types[random.Next(Types.Length)];
                draft.Deeds.Add($"content type {draft.ContentType}");
                draft.MayBeStoppedBefore = true;
                draft.Breaks ??= draft.ContentType.StartsWith("multipart", StringComparison.Ordinal) && draft.Operation.BodyType == "multipart/form-data" ? "no boundary" : "another content type";
                draft.ContentType += " ";
                if (!draft.Operation.BodyIsRequired)
                {
                    draft.Breaks = null;
                }

                break;
            case 5:
                draft.Method = new[] { "HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "POST", "GET", "PROPFIND", "get" }[random.Next(10)];
                draft.MayMissRoute |= draft.Method != draft.Operation.Method;
                draft.Deeds.Add($"method {draft.Method}");
                break;
            case 6 when draft.Operation.BodyType is not null:
                draft.IsChunked = true;
                draft.Deeds.Add("in chunks");
                break;
            default:
                var header = Odd[random.Next(Odd.Length)];
                draft.Headers.Add(header);
                draft.MayBeStoppedBefore = true;
                draft.Deeds.Add($"{header.Name}: {(header.Value.Length > 60 ? header.Value.Length : header.Value)}");
                break;
        }
    }

    private void SpoilParameter(Draft draft, Parameter parameter)
    {
        draft.Headers.RemoveAll(header => header.Name == parameter.Name);
        var value = new[] { "", " ", "x", new string('k', 255), new string('k', 256), "\u00fc", "a\tb", "a,b", "{\"$gt\":1}", "\u007f" }[random.Next(10)];
        draft.Headers.Add((parameter.Name, value));
        draft.Deeds.Add($"{parameter.Name}: {value.Length} characters");
        if (value.Trim().Length > 0)
        {
            draft.Breaks ??= _check.Problem(value, parameter.Schema, parameter.Name);
        }
    }

    private void SpoilCredentials(Draft draft, string? token)
    {
        var good = token ?? "x.y.z";
        var (deed, name, value) = random.Next(14) switch
        {
            0 => ("no credentials", "Authorization", ""),
            1 => ("no scheme", "Authorization", good),
            2 => ("Basic", "Authorization", "Basic dXNlcjpwYXNz"),
            3 => ("garbage", "Authorization", "Bearer garbage"),
            4 => ("a token with a bit changed", "Authorization", $"Bearer {good[..^3]}{(good[^3] == 'A' ? 'B' : 'A')}{good[^2..]}"),
            5 => ("a token without its signature", "Authorization", $"Bearer {good[..(good.LastIndexOf('.') + 1)]}"),
            6 => ("alg none", "Authorization", $"Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{good.Split('.')[1]}."),
            7 => ("10 kB", "Authorization", "Bearer " + new string('a', 10_000)),
            8 => ("a cookie with garbage", "Cookie", "token=garbage"),
            9 => ("a cookie cut off", "Cookie", $"token={good[..(good.Length / 2)]}"),
            10 => ("two tokens", "Authorization", $"Bearer {good}, Bearer {good}"),
            11 => ("a foreign page", "Cookie", $"token={good}\r\nOrigin: http://evil.example"),
            12 => ("a null byte in the token", "Cookie", $"token={good}%00"),
            _ => ("a refresh cookie only", "Cookie", $"refresh={good}"),
        };
        draft.Headers.Add((name, value));
        draft.Deeds.Add(deed);
        draft.HasBadCredentials = deed != "a foreign page";
        draft.MayBeStoppedBefore = name == "Cookie";
        if (draft.Operation.IsProtected)
        {
            draft.Breaks ??= deed == "a foreign page" && draft.Operation.Method == "GET" && token is not null ? null : deed;
        }
    }
}
