namespace TraceFast.Evaluation.ComplexBench;

/// <summary>A scoring question of ComplexBench.</summary>
/// <param name="Text">The question.</param>
/// <param name="Rule">A rule that a program checks; null: a judge answers.</param>
/// <param name="Dimensions">Constraint dimensions that it verifies.</param>
/// <param name="Compositions">Composition types that it verifies: And, Chain, Selection.</param>
/// <param name="DependsOn">Numbers of the questions that must be true first.</param>
public sealed record ScoringQuestion(string Text, string? Rule, IReadOnlyList<string> Dimensions, IReadOnlyList<string> Compositions, IReadOnlyList<int> DependsOn);

/// <summary>An instruction of ComplexBench (arXiv 2407.03978) and the response to it.</summary>
/// <param name="Line">1-based, in the file of responses.</param>
/// <param name="Id">main_id.</param>
/// <param name="Group">Instructions of one tree share it (the coherence test); empty: none.</param>
/// <param name="Instruction">The instruction.</param>
/// <param name="TaskType">What kind of task.</param>
/// <param name="Compositions">All composition types of the instruction.</param>
/// <param name="Category">Composition types and depth: "And_Selection_2".</param>
/// <param name="Questions">At least one.</param>
/// <param name="Response">The answer.</param>
public sealed record ComplexBenchRecord(
    int Line, string Id, string Group, string Instruction, string TaskType, IReadOnlyList<string> Compositions, string Category, IReadOnlyList<ScoringQuestion> Questions, string Response);
