namespace Visuels.EmbeddedMongo.Commands;

/// <summary>The commands that change documents.</summary>
internal static class WriteCommands
{
    public static readonly Command[] All =
    [
        new("insert", ["documents", "ordered", "bypassDocumentValidation"], InsertCommand.RunAsync),
        new("update", ["updates", "ordered", "bypassDocumentValidation", "let"], UpdateCommand.RunAsync),
        new("delete", ["deletes", "ordered", "let"], DeleteCommand.RunAsync),
        FindAndModifyCommand.Named("findAndModify"),
        FindAndModifyCommand.Named("findandmodify"),
    ];
}
