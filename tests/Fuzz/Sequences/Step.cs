namespace Visuels.Fuzz.Sequences;

/// <summary>What can be done in a sequence.</summary>
internal enum Deed
{
    ListArtwork,
    ChangePrice,
    Withdraw,
    Like,
    Unlike,
    PutInCart,
    TakeFromCart,
    ClearCart,
    OrderCart,
    BuyNow,
    View,
    Accept,
    Reject,
    Cancel,
    LookAtOrder,
    Write,
    MarkRead,
    SignIn,
    Renew,
    EndSession,
    SignOut,
}

/// <summary>
/// One step. Its numbers choose among what is there when its turn comes, so that it still means something when others are left out.
/// </summary>
internal sealed record Step(Deed Deed, int A, int B, int C)
{
    // What leads somewhere more often.
    private static readonly (Deed Deed, int Weight)[] Weights =
    [
        (Deed.ListArtwork, 8), (Deed.ChangePrice, 3), (Deed.Withdraw, 2), (Deed.Like, 3), (Deed.Unlike, 2), (Deed.PutInCart, 12), (Deed.TakeFromCart, 3), (Deed.ClearCart, 1),
        (Deed.OrderCart, 8), (Deed.BuyNow, 12), (Deed.View, 6), (Deed.Accept, 12), (Deed.Reject, 4), (Deed.Cancel, 8), (Deed.LookAtOrder, 3), (Deed.Write, 8), (Deed.MarkRead, 5),
        (Deed.SignIn, 4), (Deed.Renew, 4), (Deed.EndSession, 2), (Deed.SignOut, 1),
    ];

    /// <summary>10 to 25 steps; the first lists an artwork.</summary>
    public static IReadOnlyList<Step> Sequence(Random random) =>
    [
        New(Deed.ListArtwork, random),
        .. Enumerable.Range(0, random.Next(9, 25)).Select(_ => New(Choose(random), random)),
    ];

    public override string ToString() => $"{Deed}({A}, {B}, {C})";

    private static Step New(Deed deed, Random random) => new(deed, random.Next(60), random.Next(60), random.Next(60));

    private static Deed Choose(Random random)
    {
        var at = random.Next(Weights.Sum(one => one.Weight));
        return Weights.First(one => (at -= one.Weight) < 0).Deed;
    }
}
