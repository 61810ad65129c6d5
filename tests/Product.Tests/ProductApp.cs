using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Json;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;
using Visuels.Testing;

namespace Visuels.Products.Tests;

/// <summary>Product on a real port, with images in a folder of its own.</summary>
public sealed class ProductApp : IAsyncLifetime
{
    public const string Root = "/api/v1/products";

    private readonly DirectoryInfo _images = Directory.CreateTempSubdirectory("visuels-images-");

    public ServiceUnderTest Service { get; private set; } = null!;

    public HttpClient Anonymous => Service.Anonymous;

    /// <summary>Files that lie in the image store.</summary>
    public FileInfo[] StoredFiles => _images.GetFiles("*", SearchOption.AllDirectories);

    public async ValueTask InitializeAsync() =>
        Service = await ServiceUnderTest.StartAsync(ProductService.Build, test => test.Settings["Images:Folder"] = _images.FullName);

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        _images.Delete(recursive: true);
    }

    /// <summary>A new artist, whom Auth knows.</summary>
    public Artist NewArtist(string name = "Ann") => Service.NewArtist(name);

    /// <summary>Lets the service hear of an artist, as it would by an event.</summary>
    public Task KnowAsync(Artist artist) => Service.Services.GetRequiredService<UserCards>().GetAsync([artist.Card.Id], CancellationToken.None);

    public HttpClient NewUser() => Service.As(ObjectId.GenerateNewId(), Roles.User);
}

public sealed record Artist(UserCardItem Card, HttpClient Client)
{
    /// <summary>Lists a product by the storefront's form and returns it as it was answered.</summary>
    public async Task<JsonElement> ListAsync(params (string Field, string? Value)[] fields)
    {
        using var form = ProductForm.With(fields);
        using var response = await Client.PostAsync(ProductApp.Root, form);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.JsonAsync()).GetProperty("product");
    }
}

internal static class Artists
{
    /// <summary>A new artist, whom Auth knows.</summary>
    public static Artist NewArtist(this ServiceUnderTest service, string name = "Ann")
    {
        var card = service.Auth.Add(name, Roles.Artist);
        return new Artist(card, service.As(card.Id, Roles.Artist));
    }
}

/// <summary>The storefront's form, field by field.</summary>
internal static class ProductForm
{
    private static readonly (string Field, string? Value)[] Usual =
    [
        ("title", "Quiet Harbour"), ("shortDescription", "Boats at rest"), ("description", "Oil on canvas, painted at dawn."),
        ("price", "1250.50"), ("category", "Landscape"), ("material", "Oil"), ("certified", "true"), ("handMade", "true"),
        ("frameInclude", "false"), ("artistNote", ""), ("story", "It was cold."), ("width", "60"), ("height", "40.5"), ("depth", ""),
        ("orientation", "LANDSCAPE"), ("unit", "CM"),
    ];

    /// <summary>The usual form with some fields replaced; a null leaves the field out. One JPEG unless files are given.</summary>
    public static MultipartFormDataContent With((string Field, string? Value)[] fields, params byte[][] files)
    {
        var form = new MultipartFormDataContent();
        var replaced = fields.ToLookup(field => field.Field, field => field.Value);
        foreach (var (field, value) in Usual.Where(usual => !replaced.Contains(usual.Field)).Concat(fields))
        {
            if (value is not null)
            {
                form.Add(new StringContent(value), field);
            }
        }

        foreach (var file in files is [] ? [Pictures.Jpeg()] : files)
        {
            form.AddImage(file);
        }

        return form;
    }

    public static void AddImage(this MultipartFormDataContent form, byte[] file, string field = "images", string name = "picture.png")
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        form.Add(content, field, name);
    }
}

internal static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>(JsonRules.Web);

    public static async Task<JsonElement> GetOkAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    /// <summary>The problem's code, after checking the status and that the storefront finds its message.</summary>
    public static async Task<string> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var problem = await response.JsonAsync();
        Assert.NotEqual("", problem.GetProperty("message").GetString());
        return problem.GetProperty("code").GetString()!;
    }

    public static string Id(this JsonElement product) => product.GetProperty("_id").GetString()!;

    public static string[] Titles(this JsonElement list) =>
        [.. list.GetProperty("products").EnumerateArray().Select(product => product.GetProperty("title").GetString()!)];
}
