using System.Text;

namespace Visuels.Fuzz.OpenApi;

/// <summary>Spoils multipart forms.</summary>
internal sealed class FormSpoils(Document document, Random random)
{
    private static readonly string[] Texts =
    [
        "", " ", "-1", "0", "1e309", "NaN", "1,5", "1.5", "2147483648", "99999999999999999999", "true", "maybe", "{\"$gt\":\"\"}", "a\0b", "\r\nX: y", "[", "[\"a\"", "[1]",
        "<script>", "(a+)+$", "\u202E", "0x10", "null",
    ];

    private static readonly (string Deed, byte[] Content)[] BadFiles =
    [
        ("an empty file", []),
        ("text as a picture", Encoding.UTF8.GetBytes("not a picture")),
        ("SVG", Encoding.UTF8.GetBytes("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>")),
        ("half a picture", Drafts.Picture[..(Drafts.Picture.Length / 3)]),
        ("GIF", Encoding.ASCII.GetBytes("GIF89a\u0001\0\u0001\0\0\0\0;")),
    ];

    private readonly SchemaCheck _check = new(document, isRequest: true);

    public void Spoil(Draft draft)
    {
        var parts = draft.Parts;
        var i = parts.Count == 0 ? -1 : random.Next(parts.Count);
        switch (random.Next(i < 0 ? 3 : 14))
        {
            case 0:
                Whole(draft, "no boundary", "multipart/form-data");
                break;
            case 1:
                Whole(draft, "another boundary", "multipart/form-data; boundary=other");
                break;
            case 2:
                draft.Body = [];
                Break(draft, "no body", draft.Operation.BodyIsRequired);
                break;
            case 3:
                draft.Body = draft.BodyBytes()[..^6];
                draft.Deeds.Add("the end cut off");
                break;
            case 4:
                parts.RemoveAt(i);
                draft.Deeds.Add("a part less");
                break;
            case 5:
                parts.AddRange(Enumerable.Range(0, 100).Select(n => Part.Text($"x{n}", "y")));
                draft.Deeds.Add("100 parts more");
                break;
            case 6:
                parts[i] = parts[i] with { Disposition = random.Next(2) == 0 ? "attachment" : "form-data" };
                draft.Deeds.Add("a part without a name");
                break;
            case 7:
                parts.Add(parts[i]);
                draft.Deeds.Add($"{parts[i].Name} twice");
                break;
            case 8:
                parts[i] = parts[i] with { Content = Encoding.ASCII.GetBytes(new string('x', 1_000_000)), File = parts[i].File };
                draft.Deeds.Add($"{parts[i].Name}: 1 MB");
                break;
            case 9 when Files(draft) is { Count: > 0 } files:
                var (deed, content) = BadFiles[random.Next(BadFiles.Length)];
                parts[files[0]] = parts[files[0]] with { Content = content };
                Break(draft, deed);
                break;
            case 10 when Files(draft) is { Count: > 0 } files:
                parts.AddRange(Enumerable.Repeat(parts[files[0]], 6));
                Break(draft, "six files more");
                break;
            case 11 when Files(draft) is { Count: > 0 } files:
                var names = new[] { "../../etc/passwd", "a\0.jpg", "a.svg", new string('n', 3_000), "ü絵.jpg", "a\";x=\"b.jpg" };
                parts[files[0]] = parts[files[0]] with { File = names[random.Next(names.Length)] };
                draft.Deeds.Add("an odd file name");
                break;
            case 12:
                parts[i] = parts[i] with { Content = [0xff, 0xfe, 0xc0, 0x80], Type = random.Next(2) == 0 ? "text/plain; charset=utf-7" : parts[i].Type };
                draft.Deeds.Add($"{parts[i].Name}: no UTF-8");
                break;
            default:
                parts[i] = Part.Text(parts[i].Name, Texts[random.Next(Texts.Length)]);
                draft.Deeds.Add($"{parts[i].Name} = {Encoding.UTF8.GetString(parts[i].Content)}");
                break;
        }

        Judge(draft);
    }

    private static void Whole(Draft draft, string deed, string type)
    {
        draft.ContentType = type + " ";
        Break(draft, deed);
    }

    private static void Break(Draft draft, string deed, bool isBreach = true)
    {
        draft.Deeds.Add(deed);
        draft.Breaks ??= isBreach ? deed : null;
    }

    private static List<int> Files(Draft draft) =>
        [.. draft.Parts.Select((part, i) => (part, i)).Where(one => one.part.File is not null).Select(one => one.i)];

    private void Judge(Draft draft)
    {
        var schema = draft.Operation.Body!;
        var fields = schema["properties"]!.AsObject();
        var required = (schema["required"]?.AsArray() ?? []).Select(name => name!.GetValue<string>()).ToList();
        if (required.Find(name => !draft.Parts.Exists(part => part.Name == name && part.Disposition is null)) is { } missing)
        {
            draft.Breaks ??= $"without {missing}";
        }

        foreach (var part in draft.Parts.Where(part => part.File is null && part.Disposition is null))
        {
            if (fields[part.Name] is { } field && !Drafts.IsFile(field))
            {
                // A field left empty counts as left out.
                var text = Encoding.UTF8.GetString(part.Content);
                draft.Breaks ??= text.Length > 0 ? _check.Problem(text, document.Resolve(field), part.Name)
                    : required.Contains(part.Name) ? $"{part.Name} is empty"
                    : null;
            }
        }
    }
}
