namespace TraceFast.Evaluation;

/// <summary>A benchmark: reads a file of responses and scores it.</summary>
public interface IBench
{
    /// <summary>As <c>--bench</c> names it, for example "ifeval".</summary>
    string Name { get; }

    /// <summary>Scores every response of a file, in order.</summary>
    /// <exception cref="Data.InputException">The file, or a line of it, is not what the benchmark reads; names file and line.</exception>
    Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt);
}
