using System.Runtime.InteropServices;
using MongoDB.Bson;

namespace Visuels.Products.Views;

/// <summary>Views that are not written yet.</summary>
internal sealed class ViewCounter
{
    /// <summary>Products beyond this many between two writes are not counted: memory stays bounded whatever a crawler does.</summary>
    public const int MostProducts = 10_000;

    private readonly Lock _lock = new();
    private Dictionary<ObjectId, int> _views = [];

    public void Count(ObjectId product, int views = 1)
    {
        lock (_lock)
        {
            if (_views.Count < MostProducts || _views.ContainsKey(product))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_views, product, out _) += views;
            }
        }
    }

    /// <summary>All views counted since the last call.</summary>
    public IReadOnlyDictionary<ObjectId, int> Take()
    {
        lock (_lock)
        {
            var taken = _views;
            _views = [];
            return taken;
        }
    }
}
