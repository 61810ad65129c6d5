using System.Globalization;
using System.Runtime.InteropServices;
using Visuels.EmbeddedMongo;

const string Usage = "Usage: [--port N] [--data FOLDER] [--allow-remote]";

int port = 27017;
string data = "data";
var allowRemote = false;

for (var i = 0; i < args.Length; i++)
{
    var hasValue = i + 1 < args.Length;
    switch (args[i])
    {
        case "--port" when hasValue && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535:
            i++;
            break;
        case "--data" when hasValue:
            data = args[++i];
            break;
        case "--allow-remote":
            allowRemote = true;
            break;
        case "--port" or "--data":
            return Fail($"{args[i]} needs a value. {Usage}");
        default:
            return Fail($"Unknown switch {args[i]}. {Usage}");
    }
}

var stop = new TaskCompletionSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

try
{
    var options = new EmbeddedMongoOptions { Port = port, DataFolder = data, AllowRemote = allowRemote };
    await using var server = await EmbeddedMongoServer.StartAsync(options, CancellationToken.None);
    Console.WriteLine($"EmbeddedMongo is ready: {server.ConnectionString} (data in {server.DataFolder})");
    await stop.Task;
    return 0;
}
catch (EmbeddedMongoException error)
{
    return Fail(error.Message);
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.TrySetResult();
}

static int Fail(string line)
{
    Console.Error.WriteLine(line);
    return 1;
}
