using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation;

/// <summary>A benchmark: says its prompts, reads a file of responses and scores it.</summary>
public interface IBench
{
    /// <summary>As <c>--bench</c> names it, for example "ifeval".</summary>
    string Name { get; }

    /// <summary>Its prompts, so that a model's responses to them can be decoded and scored.</summary>
    /// <exception cref="Data.InputException">Its own file is not named or not what it reads, or the responses could not be scored for want of a judge.</exception>
    IReadOnlyList<BenchPrompt> Prompts();

    /// <summary>Scores every response of a file, in order.</summary>
    /// <exception cref="Data.InputException">The file, or a line of it, is not what the benchmark reads; names file and line.</exception>
    Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt);
}
