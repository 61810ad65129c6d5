namespace Visuels.EmbeddedMongo.Commands;

/// <summary>All commands by name. What is not here is answered as MongoDB answers what it has never heard of.</summary>
internal static class CommandTable
{
    private static readonly Dictionary<string, Command> Commands = new Command[][]
    {
        HandshakeCommands.All, FindCommands.All, WriteCommands.All, AggregateCommands.All, IndexCommands.All, CollModCommand.All, ExplainCommand.All, CollectionCommands.All,
        ValidateCommand.All, SessionCommands.All, ServerCommands.All, StatsCommands.All,
    }.SelectMany(c => c).ToDictionary(c => c.Name);

    public static IReadOnlyCollection<Command> All => Commands.Values;

    public static Command? Find(string name) => Commands.GetValueOrDefault(name);
}
