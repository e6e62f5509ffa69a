using TraceFast.Data.Progress;

namespace TraceFast.Cli;

/// <summary>Where long work says how far it is: bars on a terminal, plain lines elsewhere.</summary>
internal static class RunLogs
{
    public static IRunLog For(CommandStreams streams) =>
        streams.IsConsole ? TerminalRunLog.ForStandardError() : new PlainRunLog(streams.Log);
}
