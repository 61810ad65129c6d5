using System.Net.Http.Headers;

namespace Visuels.Testing;

/// <summary>The form with which the storefront lists an artwork.</summary>
public static class ArtworkForm
{
    /// <summary>A form that lists an artwork.</summary>
    public static MultipartFormDataContent Of(string title, byte[][] pictures, string price = "120.50", int editions = 1)
    {
        var form = Images(pictures);
        foreach (var (name, value) in new (string, string)[]
        {
            ("title", title), ("description", $"{title}, painted on a quiet afternoon"), ("shortDescription", "Painted on a quiet afternoon"), ("price", price),
            ("category", "Abstract"), ("material", "Oil on canvas"), ("certified", "true"), ("handMade", "true"), ("frameInclude", "false"), ("width", "40"),
            ("height", "30"), ("orientation", "LANDSCAPE"), ("unit", "CM"), ("editions", $"{editions}"),
        })
        {
            form.Add(new StringContent(value), name);
        }

        return form;
    }

    /// <summary>A form of pictures alone.</summary>
    public static MultipartFormDataContent Images(params byte[][] pictures)
    {
        var form = new MultipartFormDataContent();
        foreach (var picture in pictures)
        {
            form.Add(Picture(picture), "images", "picture");
        }

        return form;
    }

    /// <summary>A picture, told by its first byte.</summary>
    public static ByteArrayContent Picture(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(bytes[0] == 0xFF ? "image/jpeg" : "image/png");
        return content;
    }
}
