using System.CommandLine;

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
        TokenizeCommand.Create(streams),
        DetokenizeCommand.Create(streams),
        DataCommand.Create(streams, interrupt),
        EvalCommand.Create(streams, interrupt),
        BenchCommand.Create(streams, interrupt),
        DecodeWorkerCommand.Create(streams),
    ];
}
