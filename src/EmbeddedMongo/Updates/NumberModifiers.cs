using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary><c>$inc</c> and <c>$mul</c>: int grows to long where it must; a long that overflows is an error.</summary>
internal sealed class ArithmeticModifier(string name, BsonValue operand) : Modifier
{
    public override BsonValue Apply(BsonValue? old, UpdateTarget target)
    {
        if (old is { IsNumeric: false })
        {
            throw Failure.TypeMismatch($"Cannot apply {name} to a value of non-numeric type. {target.Id} has the field "
                + $"'{target.Field}' of non-numeric type {Failure.TypeName(old)}");
        }

        if (old is null)
        {
            return name == "$inc" ? operand : Arithmetic.Multiply(operand, (BsonInt32)0);
        }

        var result = name == "$inc" ? Arithmetic.Add(old, operand) : Arithmetic.Multiply(old, operand);

        return result is BsonDouble && Arithmetic.Widest(old, operand) is BsonType.Int32 or BsonType.Int64
            ? throw Failure.BadValue($"Failed to apply {name} operations to current value ({Failure.Show(old)}) for document {target.Id}")
            : result;
    }
}

internal sealed class BitModifier((string Operation, BsonValue Operand)[] steps) : Modifier
{
    public override BsonValue Apply(BsonValue? old, UpdateTarget target)
    {
        if (old is not (null or BsonInt32 or BsonInt64))
        {
            throw Failure.BadValue($"Cannot apply $bit to a value of non-integral type.{target.Id} has the field "
                + $"{target.Field} of non-integer type {Failure.TypeName(old)}");
        }

        var value = old ?? (BsonInt32)0;

        foreach (var (operation, operand) in steps)
        {
            var (a, b) = (Number.Integer(value), Number.Integer(operand));
            var result = operation switch { "and" => a & b, "or" => a | b, _ => a ^ b };
            value = Number.Wrap(result, Arithmetic.Widest(value, operand) == BsonType.Int32);
        }

        return value;
    }
}
