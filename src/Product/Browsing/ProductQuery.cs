using Microsoft.AspNetCore.Mvc;
using Visuels.Products.Artworks;
using Visuels.Products.Listing;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Products.Browsing;

/// <summary>What a list of products may be asked for.</summary>
public sealed class ProductQuery : PageQuery
{
    private const int LongestSearch = 64;
    private const int LongestName = 100;

    /// <summary>Words; products that have any of them, best first unless sorted otherwise.</summary>
    [FromQuery(Name = "q"), AtMost(LongestSearch)]
    public string? Q { get; init; }

    /// <summary>Slug of a category.</summary>
    [FromQuery(Name = "category"), AtMost(LongestName)]
    public string? Category { get; init; }

    /// <summary>User name of an artist.</summary>
    [FromQuery(Name = "artist"), AtMost(LongestName)]
    public string? Artist { get; init; }

    /// <summary>Lowest price in major units.</summary>
    [FromQuery(Name = "minPrice"), DecimalNumber(0, (double)Price.Most)]
    public string? LowestPrice { get; init; }

    /// <summary>Highest price in major units.</summary>
    [FromQuery(Name = "maxPrice"), DecimalNumber(0, (double)Price.Most)]
    public string? HighestPrice { get; init; }

    /// <summary>AVAILABLE or SOLD.</summary>
    [FromQuery(Name = "status"), OneOf(ProductStatus.Available, ProductStatus.Sold)]
    public string? Status { get; init; }

    /// <summary>LANDSCAPE, PORTRAIT or SQUARE.</summary>
    [FromQuery(Name = "orientation"), OneOf(Orientations.Landscape, Orientations.Portrait, Orientations.Square)]
    public string? Orientation { get; init; }

    /// <summary>newest, price-low, price-high, popular or relevance.</summary>
    [FromQuery(Name = "sort"), OneOf("newest", "price-low", "price-high", "popular", "relevance")]
    public string? Sort { get; init; }

    internal decimal? MinPrice => DecimalTextAttribute.Parse(LowestPrice);

    internal decimal? MaxPrice => DecimalTextAttribute.Parse(HighestPrice);

    internal string? SearchText => string.IsNullOrWhiteSpace(Q) ? null : Q.Trim();

    internal ProductSort? SortOrder => Sort switch
    {
        null or "" => SearchText is null ? ProductSort.Newest : ProductSort.Relevance,
        // Without words everything is equally relevant.
        "relevance" when SearchText is null => ProductSort.Newest,
        _ => ProductSort.All.FirstOrDefault(sort => sort.Name == Sort),
    };

    /// <summary>What is wrong with the query, or null.</summary>
    internal string? Problem() => PageProblem() ?? this switch
    {
        { SortOrder: null } => "sort is one of newest, price-low, price-high, popular, relevance.",
        { SearchText.Length: > LongestSearch } => $"q has at most {LongestSearch} characters.",
        { Category.Length: > LongestName } or { Artist.Length: > LongestName } => "category or artist is too long.",
        { LowestPrice.Length: > 0, MinPrice: null } or { HighestPrice.Length: > 0, MaxPrice: null } => "minPrice and maxPrice are numbers with a point.",
        { MinPrice: < 0 or > Price.Most } or { MaxPrice: < 0 or > Price.Most } => "minPrice and maxPrice are prices.",
        { Status: not (null or "" or ProductStatus.Available or ProductStatus.Sold) } => "status is AVAILABLE or SOLD.",
        { Orientation: not (null or "" or Orientations.Landscape or Orientations.Portrait or Orientations.Square) } =>
            "orientation is LANDSCAPE, PORTRAIT or SQUARE.",
        _ => CursorProblem(SortOrder),
    };
}

/// <summary>Where in a list: a page, or what follows a cursor.</summary>
public abstract class PageQuery
{
    internal const int DefaultLimit = 9;

    private const int MostPerPage = 50;

    // Pages are for people; programs that want everything use cursors, which cost the same at any depth.
    private const int Deepest = 10_000;

    /// <summary>1 and up; instead of a cursor.</summary>
    [FromQuery(Name = "page"), WholeNumber(1, Deepest)]
    public int? Page { get; init; }

    /// <summary>1 to 50.</summary>
    [FromQuery(Name = "limit"), WholeNumber(1, MostPerPage)]
    public int? Limit { get; init; }

    /// <summary>nextCursor of an earlier answer, with the same filters and sort.</summary>
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    internal int Size(int byDefault = DefaultLimit) => Limit ?? byDefault;

    internal int Skip(int size) => ((Page ?? 1) - 1) * size;

    internal string? CursorProblem(ProductSort sort) =>
        string.IsNullOrEmpty(Cursor) || sort.Knows(Cursor) ? null : "cursor is not one of this list.";

    internal string? PageProblem() => this switch
    {
        { Limit: < 1 or > MostPerPage } => $"limit is 1 to {MostPerPage}.",
        { Page: < 1 or > Deepest } => "page is 1 or more.",
        _ when Skip(Size()) > Deepest => "There are no pages this deep; use cursor.",
        { Page: not null, Cursor.Length: > 0 } => "Use page or cursor, not both.",
        _ => null,
    };
}
