namespace Visuels.EmbeddedMongo.Commands;

/// <summary>The commands that change documents.</summary>
internal static class WriteCommands
{
    public static readonly Command[] All =
    [
        new("insert", ["documents", "ordered", "bypassDocumentValidation"], InsertCommand.RunAsync),
        new("update", ["updates", "ordered", "bypassDocumentValidation"], UpdateCommand.RunAsync) { Unsupported = ["let"] },
        new("delete", ["deletes", "ordered"], DeleteCommand.RunAsync) { Unsupported = ["let"] },
        FindAndModifyCommand.Named("findAndModify"),
        FindAndModifyCommand.Named("findandmodify"),
    ];
}
