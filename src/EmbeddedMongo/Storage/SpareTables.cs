namespace Visuels.EmbeddedMongo.Storage;

/// <summary>
/// Tables made before they are needed. After a new table every connection reads the whole schema again, which, done for each
/// table alone, would cost the more the more collections there are.
/// </summary>
internal static class SpareTables
{
    private const long MostAtOnce = 64;

    /// <summary>Sees to it that the table of a new id is there, and with it perhaps those of the ids to come.</summary>
    public static void Take(Database db, char kind, long id, string columns)
    {
        if (db.HasTable($"{kind}{id}"))
        {
            return;
        }

        for (var next = id; next <= id + Math.Min(id / 4, MostAtOnce); next++)
        {
            db.Execute($"CREATE TABLE {kind}{next} {columns}");
        }
    }
}
