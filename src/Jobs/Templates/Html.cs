using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Visuels.Jobs.Templates;

/// <summary>
/// HTML from an interpolated string: what is written in the source is markup, what stands in a hole is encoded, unless it is
/// <see cref="Html"/> itself. There is no way to put a raw string in.
/// </summary>
[InterpolatedStringHandler]
internal readonly struct Html
{
    private readonly StringBuilder _markup;

    public Html(int literalLength, int formattedCount) => _markup = new StringBuilder(literalLength + (formattedCount * 32));

    public static Html Empty => $"";

    public static Html Join(IEnumerable<Html> parts)
    {
        Html all = $"";
        foreach (var part in parts)
        {
            all._markup.Append(part._markup);
        }

        return all;
    }

    public void AppendLiteral(string markup) => _markup.Append(markup);

    public void AppendFormatted(string? text) => _markup.Append(HtmlEncoder.Default.Encode(text ?? ""));

    public void AppendFormatted(Html html) => _markup.Append(html._markup);

    public override string ToString() => _markup.ToString();
}
