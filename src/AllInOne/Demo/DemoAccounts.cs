namespace Visuels.AllInOne.Demo;

/// <summary>An account of the demo and its password, which is no secret: the demo exists in Development only.</summary>
internal sealed record DemoAccount(string Email, string Username, string Name, string Role, string Password);

/// <summary>The accounts that a newcomer can sign in with.</summary>
internal sealed record DemoAccounts(IReadOnlyList<DemoAccount> Accounts);
