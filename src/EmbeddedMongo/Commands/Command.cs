using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>A command: the fields it takes, and what it does. It returns its reply, or null when it wrote the reply itself.</summary>
internal sealed record Command(string Name, string[] Fields, Func<Engine, CommandContext, ValueTask<BsonDocument?>> Run)
{
    private static readonly HashSet<string> Everywhere =
    [
        "$db", "lsid", "$readPreference", "$clusterTime", "comment", "maxTimeMS", "writeConcern", "readConcern",
        "apiVersion", "apiStrict", "apiDeprecationErrors",
    ];

    private readonly HashSet<string> _fields = [.. Fields];

    /// <summary>Fields that MongoDB knows and this server does not do; they are refused unless they say what happens anyway.</summary>
    public string[] Unsupported { get; init; } = [];

    /// <summary>Drivers add to these commands what they like.</summary>
    public bool TakesAnything { get; init; }

    /// <summary>Whether any command may carry the field.</summary>
    public static bool IsEverywhere(string field) => Everywhere.Contains(field);

    public void Check(CommandContext context)
    {
        CommonFields.Check(context);
        if (TakesAnything)
        {
            return;
        }

        foreach (var field in context.Body.Skip(1))
        {
            var isUnsupported = Unsupported.Contains(field.Name);
            if (!isUnsupported && !_fields.Contains(field.Name) && !Everywhere.Contains(field.Name))
            {
                throw FieldTypes.Unknown(Name, field.Name);
            }

            FieldTypes.Check(Name, field);
            if (isUnsupported && !IsHarmless(field))
            {
                throw MongoError.NotSupported($"The field '{Name}.{field.Name}' is not supported by this server");
            }
        }

        if (context.Message.Sequences.Keys.FirstOrDefault(k => !_fields.Contains(k)) is { } sequence)
        {
            throw FieldTypes.Unknown(Name, sequence);
        }
    }

    private static bool IsHarmless(BsonElement field) => field.Value switch
    {
        BsonNull => true,
        BsonBoolean flag => !flag.Value,
        BsonDocument document => document.ElementCount == 0 || (field.Name == "collation" && document.ElementCount == 1 && document.GetValue("locale", "") == "simple"),
        _ => false,
    };
}
