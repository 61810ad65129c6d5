namespace Visuels.Testing.Requirements;

/// <summary>The ids by which tests name what they prove.</summary>
public static class Requirement
{
    public const string PasswordRules = "password-rules";
    public const string PasswordHash = "password-hash";
    public const string HashFence = "hash-fence";
    public const string BruteForce = "brute-force";
    public const string Enumeration = "enumeration";
    public const string CodesMade = "codes-made";
    public const string CodesChecked = "codes-checked";
    public const string CodesResent = "codes-resent";
    public const string CodesKeyed = "codes-keyed";
    public const string SecondFactor = "second-factor";
    public const string Google = "google";
    public const string Linking = "linking";
    public const string OpenRedirect = "open-redirect";
    public const string PasswordChange = "password-change";
    public const string AddressChange = "address-change";

    public const string AccessTokens = "access-tokens";
    public const string KeyRotation = "key-rotation";
    public const string RefreshTokens = "refresh-tokens";
    public const string Revocation = "revocation";
    public const string SessionList = "session-list";
    public const string Cookies = "cookies";
    public const string CrossSite = "cross-site";
    public const string Cors = "cors";
    public const string Headers = "headers";
    public const string Methods = "methods";

    public const string Roles = "roles";
    public const string ObjectRights = "object-rights";
    public const string FieldRights = "field-rights";
    public const string Validation = "validation";
    public const string OrderStates = "order-states";
    public const string Idempotency = "idempotency";
    public const string Injection = "injection";
    public const string Paging = "paging";
    public const string Limits = "limits";
    public const string RateLimits = "rate-limits";
    public const string Errors = "errors";

    public const string Uploads = "uploads";
    public const string Metadata = "metadata";
    public const string ImageHost = "image-host";
    public const string Mail = "mail";
    public const string HubDoor = "hub-door";
    public const string HubLimits = "hub-limits";
    public const string ChatRights = "chat-rights";
    public const string ChatSealing = "chat-sealing";
    public const string EventSealing = "event-sealing";

    public const string ServiceTokens = "service-tokens";
    public const string EventSchema = "event-schema";
    public const string Secrets = "secrets";
    public const string Logs = "logs";
    public const string StoreUsers = "store-users";
    public const string BrokerUsers = "broker-users";
    public const string Tls = "tls";
    public const string SupplyChain = "supply-chain";
    public const string Containers = "containers";
    public const string DocsHidden = "docs-hidden";
    public const string AccountLife = "account-life";
}
