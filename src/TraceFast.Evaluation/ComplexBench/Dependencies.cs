namespace TraceFast.Evaluation.ComplexBench;

/// <summary>
/// ComplexBench's dependency step (arXiv 2407.03978, section 4.2): a question is false when a question that it directly depends on was judged false, else as it was judged. Only
/// raw judgements of direct dependencies count: a question made false here does not make others false.
/// </summary>
public static class Dependencies
{
    /// <param name="judged">Raw judgement of each question.</param>
    /// <param name="dependsOn">For each question the numbers of those it depends on.</param>
    public static bool[] Apply(IReadOnlyList<bool> judged, IReadOnlyList<IReadOnlyList<int>> dependsOn) =>
        [.. judged.Select((own, i) => own && dependsOn[i].All(d => judged[d]))];
}
