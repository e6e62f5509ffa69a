using TraceFast.Evaluation.IfEval;

namespace TraceFast.Evaluation.IfBench;

/// <summary>
/// IFBench (Pyatkin et al. 2025, "Generalizing Verifiable Instruction Following", arXiv 2507.02833): 300 prompts with instructions of 58
/// kinds that are in no training set; scored as IFEval.
/// </summary>
/// <param name="data">Its input file (IFBench_test.jsonl); null: the responses are in such records.</param>
public sealed class IfBenchBench(string? data = null) : InstructionBench(Info.Name, IfBenchInstructions.Read, data)
{
    public static BenchInfo Info { get; } = new(
        "ifbench", settings => new IfBenchBench(settings.Data), path => new IfBenchBench(path).Prompts(),
        r => HasInstruction(r, IfBenchInstructions.IsOwn));
}
