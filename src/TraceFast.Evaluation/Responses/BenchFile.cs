using TraceFast.Data;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Evaluation.IfEval;

namespace TraceFast.Evaluation.Responses;

/// <summary>A benchmark's own file (FollowBench: folder), told by the keys of its first record.</summary>
/// <param name="Bench">As <c>--bench</c> names it.</param>
/// <param name="Prompts">All its prompts.</param>
public sealed record BenchFile(string Bench, IReadOnlyList<BenchPrompt> Prompts)
{
    /// <summary>Keys that only this benchmark's records have together, and how their prompts are read.</summary>
    private static readonly (string[] Keys, string Bench, Func<string, IReadOnlyList<BenchPrompt>> Read)[] s_known =
    [
        (["instruction_id_list", "kwargs"], "ifeval", path => new IfEvalBench(path).Prompts()),
        (["constraints_splits", "levels2"], "trace", TraceReader.Prompts),
        (["criteria", "idx", "split"], "cfbench", CfBenchReader.Prompts),
        (["scoring_questions", "main_id"], "complexbench", ComplexBenchReader.Prompts),
        (["example_id", "level", "instruction"], "followbench", FollowBenchReader.Prompts),
        (["constraints", "prompt"], "constraints", path => new ConstraintBench(path).Prompts()),
    ];

    /// <summary>Reads a file or folder; null where it is no benchmark's, or holds answers to train on.</summary>
    /// <exception cref="InputException">It is a benchmark's, and a record is not as it should be; names file and line.</exception>
    public static BenchFile? TryRead(string path)
    {
        if (Directory.Exists(path))
            return FollowBenchReader.IsFolder(path) ? new BenchFile("followbench", FollowBenchReader.Prompts(path)) : null;
        if (!File.Exists(path) || FirstOf(path) is not { } first)
            return null;
        foreach ((string[] keys, string bench, Func<string, IReadOnlyList<BenchPrompt>> read) in s_known)
            if (Array.TrueForAll(keys, first.Has) && !(bench == "constraints" && ResponseFile.TextOrNull(first) is not null))
                return new BenchFile(bench, read(path));
        return null;
    }

    /// <summary>Null where there is none, or none that is sound: who reads all of the file says what is wrong with it.</summary>
    private static JsonLine? FirstOf(string path)
    {
        try
        {
            return JsonLines.Read(path).FirstOrDefault();
        }
        catch (InputException)
        {
            return null;
        }
    }
}
