namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The first or the last so many in an order, equals in the order they came; an equal of the one that would go is not taken.</summary>
internal sealed class SortedKeep<T>(long count, bool keepsLast, IComparer<T> order)
{
    private readonly List<T> _values = [];

    public IReadOnlyList<T> Values => _values;

    /// <summary>Whether it was taken, and what had to go for it.</summary>
    public bool Add(T value, out T? gone)
    {
        gone = default;

        if (_values.Count == count)
        {
            var at = keepsLast ? 0 : _values.Count - 1;
            var sign = order.Compare(value, _values[at]);

            if (keepsLast ? sign <= 0 : sign >= 0)
            {
                return false;
            }

            gone = _values[at];
            _values.RemoveAt(at);
        }

        var (from, to) = (0, _values.Count);

        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = order.Compare(_values[middle], value) <= 0 ? (middle + 1, to) : (from, middle);
        }

        _values.Insert(from, value);
        return true;
    }
}
