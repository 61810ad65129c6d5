using MongoDB.Bson;

namespace Visuels.Products.Categories;

/// <summary>A category, in its collection and in every product of it; it never changes.</summary>
internal sealed record Category(ObjectId Id, string Name, string Slug);
