using TraceFast.EndToEnd.Robustness;

[assembly: AssemblyFixture(typeof(Trials))]

namespace TraceFast.EndToEnd.Robustness;

/// <summary>
/// What commands do with hostile input and in poor surroundings, counted over all tests of this folder and printed at the end. Whatever a
/// trial asks besides, a command ends by itself, with exit code 0 to 3 (130 where it was interrupted) and without a stack trace.
/// </summary>
public sealed class Trials : IDisposable
{
    /// <summary>(kind of trial, exit code) -> trials.</summary>
    private readonly Dictionary<(string Kind, int Code), int> _ended = [];

    private TimeSpan _spent;

    /// <summary>Counts a command that ended by itself.</summary>
    /// <exception cref="Xunit.Sdk.XunitException">It died or printed a stack trace.</exception>
    internal void Count(string kind, string what, CommandResult result, TimeSpan took)
    {
        string report = $"{kind}, {what}: exit code {result.Code} after {took.TotalSeconds:0.0} s\n{result.Log}";
        Assert.True(result.Code is (>= 0 and <= 3) or 130, report);
        foreach (string trace in new[] { "Unhandled exception", "\n   at ", "fault of the program" })
            Assert.False(result.Log.Contains(trace, StringComparison.Ordinal), report);
        _ended[(kind, result.Code)] = _ended.GetValueOrDefault((kind, result.Code)) + 1;
        _spent += took;
    }

    public void Dispose()
    {
        if (_ended.Count == 0)
            return;
        foreach (IGrouping<string, KeyValuePair<(string Kind, int Code), int>> kind in _ended.GroupBy(e => e.Key.Kind))
            Console.WriteLine($"trials: {kind.Key}: {Counts(kind)}");
        Console.WriteLine(
            $"trials: {Counts(_ended)}; without a stack trace or a hang but for tests that failed; {_spent.TotalSeconds:0} s");
    }

    private static string Counts(IEnumerable<KeyValuePair<(string Kind, int Code), int>> entries) =>
        $"{entries.Sum(e => e.Value)} "
            + "(" + string.Join(", ", entries.GroupBy(e => e.Key.Code).OrderBy(c => c.Key)
                .Select(c => $"{c.Sum(e => e.Value)} with exit code {c.Key}")) + ")";
}
