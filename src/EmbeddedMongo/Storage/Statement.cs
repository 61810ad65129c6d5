using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>A prepared statement, reused by its connection: disposing it hands it back.</summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly bool _cached;

    public Statement(sqlite3 connection, string sql, bool cached)
    {
        _connection = connection;
        _cached = cached;
        var result = raw.sqlite3_prepare_v3(connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement);
        if (result != raw.SQLITE_OK)
        {
            throw Failure(connection);
        }
    }

    public bool InUse { get; private set; }

    public Statement Take()
    {
        InUse = true;
        return this;
    }

    public Statement Bind(int position, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, position, value));
        return this;
    }

    public Statement Bind(int position, double value)
    {
        Check(raw.sqlite3_bind_double(_statement, position, value));
        return this;
    }

    public Statement Bind(int position, string value)
    {
        Check(raw.sqlite3_bind_text(_statement, position, value));
        return this;
    }

    public Statement Bind(int position, ReadOnlySpan<byte> value)
    {
        // An empty span would be bound as NULL, which sorts and compares differently.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, position, 0) : raw.sqlite3_bind_blob(_statement, position, value));
        return this;
    }

    /// <summary>True while there is a row to read.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        return result switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw Failure(_connection),
        };
    }

    public void Run()
    {
        Step();
        raw.sqlite3_reset(_statement);
    }

    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    public double Double(int column) => raw.sqlite3_column_double(_statement, column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose()
    {
        if (_cached)
        {
            raw.sqlite3_reset(_statement);
            InUse = false;
        }
        else
        {
            Close();
        }
    }

    public void Close() => raw.sqlite3_finalize(_statement);

    public static SqliteException Failure(sqlite3 connection)
    {
        var extended = raw.sqlite3_extended_errcode(connection);
        return new SqliteException(raw.sqlite3_errmsg(connection).utf8_to_string(), extended & 0xFF, extended);
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw Failure(_connection);
        }
    }
}
