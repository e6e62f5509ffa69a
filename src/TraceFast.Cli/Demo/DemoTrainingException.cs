namespace TraceFast.Cli.Demo;

/// <summary>A training run of the demonstration failed; what it said is in its log.</summary>
internal sealed class DemoTrainingException(int exitCode, string log) : Exception($"{LastError(log)} (training ended with exit status {exitCode}; all that it said: {log})")
{
    public int ExitCode => exitCode;

    private static string LastError(string log)
    {
        const string Prefix = "error: ";
        string[] lines = [.. File.ReadLines(log).Where(l => l.Length > 0)];
        string last = lines.LastOrDefault(l => l.StartsWith(Prefix, StringComparison.Ordinal)) ?? lines.LastOrDefault() ?? "it said nothing";
        return last.StartsWith(Prefix, StringComparison.Ordinal) ? last[Prefix.Length..] : last;
    }
}
