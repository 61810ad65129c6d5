using Visuels.ServiceDefaults.Security;

namespace Visuels.AllInOne.Demo;

/// <summary>An account of the demo and its password, which is no secret: the demo exists outside Production only.</summary>
internal sealed record DemoAccount(string Email, string Username, string Name, string Role)
{
    public string Password { get; } = DemoAccounts.Password;
}

/// <summary>The accounts that a newcomer can sign in with.</summary>
internal sealed record DemoAccounts(IReadOnlyList<DemoAccount> Accounts)
{
    public const string Password = "paint-it-blue";

    public static DemoAccounts Known { get; } = new(
    [
        new("mara@visuels.example", "mara", "Mara Lindqvist", Roles.Artist),
        new("jun@visuels.example", "jun", "Jun Okafor", Roles.Artist),
        new("ada@visuels.example", "ada", "Ada Moreau", Roles.User),
        new("noor@visuels.example", "noor", "Noor Haddad", Roles.User),
    ]);
}
