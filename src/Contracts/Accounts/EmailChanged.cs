namespace Visuels.Contracts.Accounts;

/// <summary>An account has another address. The one before is told by mail, in case it was somebody else.</summary>
/// <param name="UserId">The account.</param>
/// <param name="Version">Version of the account.</param>
/// <param name="Email">The address before; the present one is in <see cref="UserUpdated"/> of the same version.</param>
/// <param name="Name">How to address the reader.</param>
/// <param name="SealedUndo">A token that undoes the change, sealed with AES-GCM; null when this is the undoing itself.</param>
/// <param name="UndoUntil">When the token ends, UTC; null with it.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record EmailChanged(
    string UserId,
    long Version,
    string Email,
    string Name,
    string? SealedUndo,
    DateTimeOffset? UndoUntil,
    DateTimeOffset At);
