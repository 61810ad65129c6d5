namespace Visuels.EmbeddedMongo.Query.Patterns;

/// <summary>A piece of a pattern in .NET's words.</summary>
/// <param name="Text">The words.</param>
/// <param name="Width">How many characters it matches, null where that is not always the same number.</param>
/// <param name="Repeats">Whether a quantifier may follow.</param>
/// <param name="Set">Set where it matches just one of these characters.</param>
internal readonly record struct Piece(string Text, int? Width, bool Repeats = true, CodePoints? Set = null)
{
    /// <summary>Whether it may match nothing at all.</summary>
    public bool CanBeEmpty { get; init; } = Width is null or 0;
}
