using Visuels.ServiceDefaults.Errors;

namespace Visuels.Gateway.Proxy;

/// <summary>Internal endpoints do not exist at the Gateway, however their path is spelled.</summary>
internal static class InternalPaths
{
    private const int MostEncodings = 4;
    private static readonly char[] Separators = ['/', '\\', ';'];

    public static void UseInternalPathsHidden(this WebApplication app) =>
        app.Use((context, next) => IsInternal(context.Request.Path.Value ?? "")
            ? Problems.NotFound("There is nothing here.").ExecuteAsync(context)
            : next(context));

    internal static bool IsInternal(string path)
    {
        for (var i = 0; i < MostEncodings; i++)
        {
            if (path.Split(Separators).Any(segment => segment.Trim(' ', '.', '\t').Equals("internal", StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }

            var decoded = Uri.UnescapeDataString(path);
            if (decoded == path)
            {
                return false;
            }

            path = decoded;
        }

        // Nobody honest encodes a path this often.
        return true;
    }
}
