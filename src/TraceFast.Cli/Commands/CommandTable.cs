namespace TraceFast.Cli.Commands;

/// <summary>Every command, in the order in which the help lists them.</summary>
internal static class CommandTable
{
    public static IEnumerable<Command> All(CommandStreams streams, CancellationToken interrupt) =>
    [
        DemoCommand.Create(streams, interrupt),
        TrainCommand.Create(streams, interrupt),
        GenerateCommand.Create(streams, interrupt),
        LogProbsCommand.Create(streams, interrupt),
        MergeCommand.Create(streams),
        ExportCommand.Create(streams),
        TokenizeCommand.Create(streams, interrupt),
        DetokenizeCommand.Create(streams, interrupt),
        DataCommand.Create(streams, interrupt),
        EvalCommand.Create(streams, interrupt),
        BenchCommand.Create(streams, interrupt),
        CompletionCommand.Create(streams, () => All(streams, interrupt)),
        DecodeWorkerCommand.Create(streams),
    ];

    /// <summary>
    /// Whether the command stops by itself after a signal: training saves a checkpoint, which may take long; a worker ends with its
    /// parent process.
    /// </summary>
    public static bool EndsInItsOwnTime(string[] args) => args is [TrainCommand.Name or DemoCommand.Name or DecodeWorkerCommand.Name, ..];
}
