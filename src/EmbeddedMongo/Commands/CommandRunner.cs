using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>Finds the command a client asked for and runs it; whatever goes wrong becomes an answer.</summary>
internal sealed partial class CommandRunner(Engine engine, ILogger logger)
{
    public Counters Counters => engine.Counters;

    public async ValueTask RunAsync(CommandContext context)
    {
        BsonDocument? reply;
        engine.Counters.Count(context.Message);
        try
        {
            if (context.Message.IsLegacy && context.Name is not ("hello" or "isMaster" or "ismaster"))
            {
                throw new MongoError(352, "UnsupportedOpQueryCommand", $"Unsupported OP_QUERY command: {context.Name}. The client driver may require an upgrade.");
            }

            var command = CommandTable.Find(context.Name)
                ?? throw new MongoError(59, "CommandNotFound", $"no such command: '{context.Name}'");
            command.Check(context);
            Names.CheckDatabase(context.Database);
            reply = await command.Run(engine, context);
        }
        catch (MongoError error)
        {
            context.Reply.Rewind();
            reply = Describe(error);
        }
        catch (InvalidOperationException wrapped) when (wrapped.InnerException is MongoError error)
        {
            // So .NET reports what a comparison threw amid a sort.
            context.Reply.Rewind();
            reply = Describe(error);
        }
        catch (SqliteException error)
        {
            LogStoreFailure(context.Name, error);
            context.Reply.Rewind();
            reply = Describe(StoreFailure(error));
        }
        catch (Exception error)
        {
            LogBug(context.Name, error);
            context.Reply.Rewind();
            reply = Describe(new MongoError(1, "InternalError", $"{context.Name} failed inside the server: {error.GetType().Name}"));
        }

        if (reply is not null)
        {
            context.Reply.Write(reply);
        }
    }

    public static BsonDocument Describe(MongoError error)
    {
        var reply = new BsonDocument { { "ok", 0.0 }, { "errmsg", error.Message }, { "code", error.Code }, { "codeName", error.CodeName } };
        return error.Details is null ? reply : reply.Merge(error.Details);
    }

    // The second is how SQLite says that the log's index cannot grow.
    public static MongoError StoreFailure(SqliteException error) =>
        error.SqliteErrorCode == SQLitePCL.raw.SQLITE_FULL || error.SqliteExtendedErrorCode == SQLitePCL.raw.SQLITE_IOERR_SHMSIZE
        ? new MongoError(14031, "OutOfDiskSpace", "The disk is full")
        : new MongoError(8, "UnknownError", $"The store failed: {error.Message}");

    [LoggerMessage(LogLevel.Error, "Command {Command} failed in the store")]
    private partial void LogStoreFailure(string command, Exception error);

    [LoggerMessage(LogLevel.Error, "Command {Command} failed")]
    private partial void LogBug(string command, Exception error);
}
