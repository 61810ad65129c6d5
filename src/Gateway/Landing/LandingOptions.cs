namespace Visuels.Gateway.Landing;

/// <summary>What the landing page shows besides the routes. Section <c>Landing</c>; AllInOne fills it.</summary>
internal sealed class LandingOptions
{
    /// <summary>Base addresses of the services as a browser reaches them, by title; empty hides the links to their pages.</summary>
    public Dictionary<string, string> Services { get; set; } = [];

    /// <summary>Address of the development mailbox.</summary>
    public string? Mailbox { get; set; }

    /// <summary>Accounts of the demo.</summary>
    public List<DemoAccount> Accounts { get; set; } = [];
}

/// <summary>An account that a newcomer can sign in with.</summary>
internal sealed class DemoAccount
{
    public string Email { get; set; } = "";

    public string Password { get; set; } = "";

    public string Role { get; set; } = "";
}
