using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;

namespace Visuels.Products.Categories;

internal static class CategoryEndpoints
{
    public static void MapCategories(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/products/categories", List).WithSummary("Lists the categories").WithTags("Products").AllowAnonymous();

    private static async Task<Ok<CategoriesResponse>> List(CategoryStore categories, CancellationToken ct) =>
        TypedResults.Ok(new CategoriesResponse([.. (await categories.AllAsync(ct)).Select(CategoryResponse.From)]));
}

public sealed record CategoriesResponse(IReadOnlyList<CategoryResponse> AllCategory);

public sealed record CategoryResponse([property: JsonPropertyName("_id")] ObjectId Id, string Slug, string Name)
{
    internal static CategoryResponse From(Category category) => new(category.Id, category.Slug, category.Name);
}
