namespace TraceFast.Evaluation.IfEval;

/// <summary>IFEval (Zhou et al. 2023, "Instruction-Following Evaluation for Large Language Models", arXiv 2311.07911).</summary>
/// <param name="data">Its input file; null: the responses are in such records.</param>
public sealed class IfEvalBench(string? data = null) : InstructionBench(Info.Name, Instructions.Read, data)
{
    public static BenchInfo Info { get; } = new(
        "ifeval", settings => new IfEvalBench(settings.Data), path => new IfEvalBench(path).Prompts(),
        r => r.Has("instruction_id_list") && r.Has("kwargs") && !HasInstruction(r, IfBench.IfBenchInstructions.IsOwn));
}
