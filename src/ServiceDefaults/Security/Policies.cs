namespace Visuels.ServiceDefaults.Security;

/// <summary>Authorization policies, applied to route groups.</summary>
public static class Policies
{
    /// <summary>A signed-in buyer.</summary>
    public const string User = "user";

    /// <summary>A signed-in artist.</summary>
    public const string Artist = "artist";

    /// <summary>A signed-in buyer or artist.</summary>
    public const string Member = "member";

    /// <summary>Another service of the marketplace, by its own 60-second token.</summary>
    public const string Service = "service";

    /// <summary>An operator (role ADMIN) or another service.</summary>
    public const string AdminOrService = "admin-or-service";
}

/// <summary>The roles of accounts, as they stand in tokens and on the wire.</summary>
public static class Roles
{
    /// <summary>Buys.</summary>
    public const string User = "USER";

    /// <summary>Sells.</summary>
    public const string Artist = "ARTIST";

    /// <summary>Operates; granted by the operator's command only.</summary>
    public const string Admin = "ADMIN";

    /// <summary>What is left of an account that its owner deleted; no token ever has it.</summary>
    public const string Deleted = "DELETED";
}
