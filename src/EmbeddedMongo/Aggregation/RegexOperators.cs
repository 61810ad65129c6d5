using System.Text.RegularExpressions;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Regular expressions over strings; positions count code points.</summary>
internal static class RegexOperators
{
    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Of("$regexMatch", BsonBoolean.False, (text, test) => (BsonBoolean)test.Find(text, 0).Success),
        Of("$regexFind", BsonNull.Value, (text, test) => test.Find(text, 0) is { Success: true } match ? Describe(text, match) : BsonNull.Value),
        Of("$regexFindAll", null, FindAll),
    ];

    private static KeyValuePair<string, OperatorParse> Of(string name, BsonValue? ofNothing, Func<string, RegexTest, BsonValue> find) =>
        Operators.Special(name, (argument, names) => Parse(name, ofNothing, find, argument, names));

    private static Special Parse(string name, BsonValue? ofNothing, Func<string, RegexTest, BsonValue> find, BsonValue argument, Names names)
    {
        var named = Operators.Named(name, argument, 51103, 31024, "input", "regex", "options");
        var input = Operators.Required(named, name, "input", 31022, names);
        var regex = Operators.Required(named, name, "regex", 31023, names);
        var options = Operators.Optional(named, "options", names);
        CachedRegex? last = null;

        return new(scope =>
        {
            var (value, pattern, flags) = (input.Evaluate(scope), regex.Evaluate(scope), options?.Evaluate(scope));

            if (value is not BsonString && !Expression.IsNullish(value))
            {
                throw Failure.Located(51104, $"{name} needs 'input' to be of type string");
            }

            // The expression is nearly always the same for all documents, so the last one is kept.
            var known = last;

            if (known is null || !Equals(known.Pattern, pattern) || !Equals(known.Options, flags))
            {
                last = known = new(pattern, flags, Compile(name, pattern, flags));
            }

            return value is BsonString text && known.Test is { } test ? find(text.Value, test) : ofNothing ?? new BsonArray();
        });
    }

    private static RegexTest? Compile(string name, BsonValue? regex, BsonValue? options)
    {
        if (regex is not (BsonString or BsonRegularExpression) && !Expression.IsNullish(regex))
        {
            throw Failure.Located(51105, $"{name} needs 'regex' to be of type string or regex");
        }

        var flags = Expression.IsNullish(options) ? null
            : (options as BsonString)?.Value ?? throw Failure.Located(51106, $"{name} needs 'options' to be of type string");
        var typed = regex as BsonRegularExpression;

        if (flags is not null && typed is { Options.Length: > 0 })
        {
            throw Failure.Located(51107, $"{name}: found regex option(s) specified in both 'regex' and 'option' fields");
        }

        if ((typed?.Pattern ?? (regex as BsonString)?.Value) is not { } pattern)
        {
            return null;
        }

        if (pattern.Contains('\0', StringComparison.Ordinal))
        {
            throw Failure.Located(51109, $"{name}: regular expression cannot contain an embedded null byte");
        }

        try
        {
            return new(pattern, flags ?? typed?.Options ?? "");
        }
        catch (MongoError error) when (error.Code == 51091)
        {
            throw Failure.Located(51111, $"Invalid Regex in {name}: {error.Message}");
        }
    }

    private static BsonArray FindAll(string text, RegexTest test)
    {
        var found = new BsonArray();
        var at = 0;

        // An empty text is searched, too, but not the end of another.
        do
        {
            var match = test.Find(text, at);

            if (!match.Success)
            {
                break;
            }

            found.Add(Describe(text, match));
            at = match.Index + match.Length;
            at += match.Length > 0 ? 0 : at + 1 < text.Length && char.IsSurrogatePair(text, at) ? 2 : 1;
        }
        while (at < text.Length);

        return found;
    }

    private static BsonDocument Describe(string text, Match match) => new()
    {
        { "match", match.Value },
        { "idx", StringOperators.Length(text[..match.Index]) },
        { "captures", new BsonArray(match.Groups.Values.Skip(1).Select(g => g.Success ? g.Value : (BsonValue)BsonNull.Value)) },
    };

    /// <summary>One object, so that threads that share an expression see it whole.</summary>
    private sealed record CachedRegex(BsonValue? Pattern, BsonValue? Options, RegexTest? Test);
}
