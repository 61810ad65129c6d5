using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Conventions;
using MongoDB.Bson.Serialization.Serializers;

namespace Visuels.ServiceDefaults.Mongo;

/// <summary>How documents look in the database: camelCase, enums as words, times as dates, absent members not stored.</summary>
public static class MongoConventions
{
    private static readonly Lazy<bool> Registered = new(() =>
    {
        ConventionRegistry.Register(
            "visuels",
            new ConventionPack
            {
                new CamelCaseElementNameConvention(),
                // A newer version's fields must not stop an older one during a rolling deployment.
                new IgnoreExtraElementsConvention(true),
                new IgnoreIfNullConvention(true),
                new EnumRepresentationConvention(BsonType.String),
            },
            _ => true);
        BsonSerializer.TryRegisterSerializer(new DateTimeOffsetSerializer(BsonType.DateTime));
        BsonSerializer.TryRegisterSerializer(new GuidSerializer(GuidRepresentation.Standard));
        return true;
    });

    /// <summary>Registers the conventions once per process, before the first document class is mapped.</summary>
    public static void Register() => _ = Registered.Value;
}
