using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Secrets;

namespace Visuels.ServiceDefaults.Security;

/// <summary>Where keys lie. Section <c>Keys</c>.</summary>
public sealed class KeyOptions
{
    /// <summary>Folder with the PEM and key files; relative to the working directory. Default <c>data/keys</c>; Production mounts it.</summary>
    public string Folder { get; set; } = Path.Combine("data", "keys");
}

/// <summary>
/// The files of <c>Keys:Folder</c>: P-256 key pairs in PEM and symmetric key rings. Outside Production a missing file is made
/// by whichever process needs it first; in Production it must be there.
/// </summary>
public sealed class KeyFolder(IOptions<KeyOptions> options, IHostEnvironment environment)
{
    /// <summary>Auth's first key for access tokens; those that follow have the time from which they sign behind the name.</summary>
    public const string SigningKey = "auth-signing";

    /// <summary>Ring that seals what passes through events and rests in ledgers.</summary>
    public const string SealingRing = "sealing.key";

    /// <summary>Ring that seals chat messages.</summary>
    public const string ChatRing = "chat.key";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Five seconds in all: making a key takes milliseconds.
    private const int LockTries = 250;

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, ECDsa> _publicKeys = new();

    /// <summary>Full path of a file or folder in the key folder.</summary>
    /// <param name="name">For example <c>dataprotection</c>.</param>
    public string PathOf(string name) => Path.GetFullPath(Path.Combine(options.Value.Folder, name));

    /// <summary>A P-256 private key.</summary>
    /// <param name="name">Name without extension, for example <c>auth-signing</c> or <c>order</c>.</param>
    /// <exception cref="StartupException">The file is missing in Production, or is no P-256 key.</exception>
    public ECDsa PrivateKey(string name)
    {
        return Import($"{name}.pem", ReadOrMake($"{name}.pem", NewPrivateKey));
    }

    /// <summary>Makes sure that the public half of a private key lies beside it, for the services that verify its signatures.</summary>
    /// <param name="name">Name without extension.</param>
    /// <param name="key">The private key.</param>
    public void PublishPublicKey(string name, ECDsa key) => ReadOrMake($"{name}.pub.pem", key.ExportSubjectPublicKeyInfoPem);

    /// <summary>The public key of a service, or null while that service has not published one.</summary>
    /// <param name="name">Name of the service.</param>
    public ECDsa? PublicKey(string name)
    {
        if (_publicKeys.TryGetValue(name, out var known))
        {
            return known;
        }

        var path = PathOf($"{name}.pub.pem");
        return File.Exists(path) ? _publicKeys.GetOrAdd(name, Import($"{name}.pub.pem", File.ReadAllText(path))) : null;
    }

    /// <summary>The private keys whose names begin so, without extension: <c>auth-signing</c> and <c>auth-signing-20261126T150000Z</c>, for example.</summary>
    /// <param name="name">How they begin.</param>
    public IReadOnlyList<string> PrivateKeysLike(string name) => Directory.Exists(options.Value.Folder)
        ? [.. Directory.EnumerateFiles(PathOf(""), $"{name}*.pem").Select(path => Path.GetFileNameWithoutExtension(path)).Where(found => !found.EndsWith(".pub", StringComparison.Ordinal))]
        : [];

    /// <summary>Makes a private key for an operator, in Production too, unless there is one of this name.</summary>
    /// <param name="name">Name without extension.</param>
    /// <exception cref="StartupException">The folder cannot be written to.</exception>
    public void MakePrivateKey(string name) => Make($"{name}.pem", NewPrivateKey);

    /// <summary>Removes a private key for good.</summary>
    /// <param name="name">Name without extension.</param>
    public void DeletePrivateKey(string name) => File.Delete(PathOf($"{name}.pem"));

    /// <summary>A ring of symmetric keys; a new file gets one fresh key.</summary>
    /// <param name="file">File name, for example <c>sealing.key</c>.</param>
    /// <exception cref="StartupException">The file is missing in Production, or malformed.</exception>
    public KeyRing Ring(string file) => KeyRing.Parse(file, ReadOrMake(file, KeyRing.NewFile));

    /// <summary>Makes whatever is missing, for all services: the operator's step before the first start in Production.</summary>
    public void MakeMissing()
    {
        foreach (var service in TokenRules.Services)
        {
            using var key = PrivateKey(service);
            PublishPublicKey(service, key);
        }

        if (PrivateKeysLike(SigningKey).Count == 0)
        {
            PrivateKey(SigningKey).Dispose();
        }

        Ring(SealingRing);
        Ring(ChatRing);
    }

    private static string NewPrivateKey()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return made.ExportPkcs8PrivateKeyPem();
    }

    private static ECDsa Import(string file, string pem)
    {
        try
        {
            var key = ECDsa.Create();
            key.ImportFromPem(pem);
            if (key.KeySize != 256)
            {
                throw new StartupException($"Keys:Folder: {file} is not a P-256 key.");
            }

            SampleKeys.Refuse(file, key);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new StartupException($"Keys:Folder: {file} is not a P-256 key in PEM.");
        }
    }

    private string ReadOrMake(string file, Func<string> make)
    {
        var path = PathOf(file);
        if (File.Exists(path))
        {
            return File.ReadAllText(path);
        }

        if (environment.IsProduction())
        {
            throw new StartupException($"Keys:Folder: {path} is missing; in Production keys are mounted, never made.");
        }

        Make(file, make);
        return File.ReadAllText(path);
    }

    private void Make(string file, Func<string> make)
    {
        var path = PathOf(file);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // Several processes may start at once, and moving a file is not safe against overwriting: one makes it, the others find it.
            using var alone = Alone(path);
            if (!File.Exists(path))
            {
                // Written aside: a process never reads half a key.
                var aside = $"{path}.{Guid.NewGuid():N}";
                Write(aside, make());
                File.Move(aside, path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Keys:Folder: {path} cannot be written: {e.Message}");
        }
    }

    // Nobody else's from its first byte on.
    private static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var file = new StreamWriter(path, options);
        file.Write(text);
    }

    /// <summary>A lock that ends with its holder, also if that dies. Who waits for a holder that makes the file has nothing left to make.</summary>
    private static FileStream Alone(string path)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (tries < LockTries)
            {
                Thread.Sleep(LockPause);
            }
        }
    }
}
