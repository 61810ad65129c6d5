namespace Visuels.EmbeddedMongo.Commands;

/// <summary>The result of work done ahead, or its error, which is due only when the statement's turn comes.</summary>
internal readonly struct Attempt<T>
{
    private readonly T _value;
    private readonly MongoError? _error;

    private Attempt(T value, MongoError? error) => (_value, _error) = (value, error);

    public T Value => _error is null ? _value : throw _error;

    public static Attempt<T> At(Func<T> work)
    {
        try
        {
            return new Attempt<T>(work(), null);
        }
        catch (MongoError error)
        {
            return new Attempt<T>(default!, error);
        }
    }
}
