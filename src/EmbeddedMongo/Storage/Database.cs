using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>One SQLite connection, used by one thread at a time, with its prepared statements.</summary>
/// <remarks>SQLite's own calls rather than ADO.NET: keys and documents are bound from and read as spans, without copies.</remarks>
internal sealed class Database : IDisposable
{
    private const int MaxStatements = 400;
    private readonly sqlite3 _connection;
    private readonly Dictionary<string, Statement> _statements = [];

    static Database() => Batteries_V2.Init();

    private Database(sqlite3 connection) => _connection = connection;

    public bool InTransaction => raw.sqlite3_get_autocommit(_connection) == 0;

    public long LastRowId => raw.sqlite3_last_insert_rowid(_connection);

    public static Database Open(string file)
    {
        var flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX;
        if (raw.sqlite3_open_v2(file, out var connection, flags, null) != raw.SQLITE_OK)
        {
            using (connection)
            {
                throw Statement.Failure(connection);
            }
        }

        var database = new Database(connection);
        database.Execute("PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456");
        return database;
    }

    /// <summary>Every table has a column of that name.</summary>
    public bool HasTable(string name) =>
        raw.sqlite3_table_column_metadata(_connection, "main", name, "rid", out _, out _, out _, out _, out _) == raw.SQLITE_OK;

    public void Execute(string sql)
    {
        if (raw.sqlite3_exec(_connection, sql) != raw.SQLITE_OK)
        {
            throw Statement.Failure(_connection);
        }
    }

    /// <summary>The prepared statement for this text; a second one where the first is in the middle of its rows.</summary>
    public Statement Use(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
        {
            return statement.InUse ? new Statement(_connection, sql, cached: false) : statement.Take();
        }

        if (_statements.Count >= MaxStatements)
        {
            ForgetStatements();
        }

        statement = new Statement(_connection, sql, cached: true);
        _statements.Add(sql, statement);
        return statement.Take();
    }

    public void Run(string sql)
    {
        using var statement = Use(sql);
        statement.Step();
    }

    public long Scalar(string sql)
    {
        using var statement = Use(sql);
        return statement.Step() ? statement.Long(0) : 0;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Close();
        }

        raw.sqlite3_close_v2(_connection);
        _connection.Dispose();
    }

    public static bool IsUniqueViolation(SqliteException error) => error.SqliteErrorCode == raw.SQLITE_CONSTRAINT;

    private void ForgetStatements()
    {
        foreach (var (sql, statement) in _statements.Where(s => !s.Value.InUse).ToList())
        {
            statement.Close();
            _statements.Remove(sql);
        }
    }
}
