namespace TraceFast.Evaluation.ComplexBench;

/// <summary>
/// ComplexBench's figures (arXiv 2407.03978, sections 4 and 5.2). DRFR = true judgements / questions after the dependency step, of all and by category, first composition
/// of the category, task type, compositions of the instruction, dimension or composition of the question and its group. Coherence: instructions of one group form a tree,
/// single or multiple by the number of Selection questions of its first; origin = instructions wholly true / instructions, coherent = trees wholly true / trees.
/// </summary>
/// <param name="records">The instructions.</param>
/// <param name="truths">For each its questions' judgements after the dependency step.</param>
public sealed class ComplexBenchScores(IReadOnlyList<ComplexBenchRecord> records, IReadOnlyList<bool[]> truths)
{
    private static readonly Dictionary<string, string[]> GroupsOfDimensions = new()
    {
        ["Lexical"] = ["Word Matching", "Keywords"],
        ["Structure"] = ["JSON Format", "Markdown Format", "Bullets Format", "Length", "Start with", "End with", "Punctuation", "Template"],
        ["Semantic"] = ["Language Style", "Personalization", "Topic", "Sentiment"],
        ["Utility"] = ["Helpfulness", "Target Language", "Supportiveness", "Consistency", "Factuality"],
    };

    public Metric Overall => Drfr("drfr", null, (_, _) => 1);

    public IReadOnlyList<Metric> ByCategory => By((r, _) => [r.Category], ordered: true);

    public IReadOnlyList<Metric> ByFirstComposition => By((r, _) => [r.Category.Split('_')[0]], ordered: true);

    public IReadOnlyList<Metric> ByTaskType => By((r, _) => [r.TaskType]);

    public IReadOnlyList<Metric> ByCompositions => By((r, _) => [string.Join('_', r.Compositions.Order(StringComparer.Ordinal))], ordered: true);

    /// <summary>A question with two dimensions of one group counts twice there, as published.</summary>
    public IReadOnlyList<Metric> ByGroupOfDimension => By((_, q) => [.. q.Dimensions.Select(GroupOf), .. q.Compositions]);

    public IReadOnlyList<Metric> ByDimension => By((_, q) => [.. q.Dimensions, .. q.Compositions]);

    /// <summary>Share of the instructions in trees of a depth that are wholly true.</summary>
    /// <param name="multiple">Trees with two Selections or more; false: with one.</param>
    public Metric Origin(bool multiple) => new("origin", [.. Trees(multiple).SelectMany(t => t).Order().Select(i => new Observation(i, truths[i].All(t => t) ? 1 : 0, 1))]) { Part = Depth(multiple) };

    /// <summary>Share of the trees of a depth whose instructions are all wholly true.</summary>
    public Metric Coherent(bool multiple) => new("coherent", [.. Trees(multiple).Select(t => new Observation(t[0], t.All(i => truths[i].All(j => j)) ? 1 : 0, 1))]) { Part = Depth(multiple) };

    /// <summary>(origin - coherent) / origin; NaN where there is no such tree or no instruction is wholly true.</summary>
    public double RelativeDrop(bool multiple)
    {
        double origin = Origin(multiple).Value;
        return (origin - Coherent(multiple).Value) / origin;
    }

    private static string Depth(bool multiple) => multiple ? "multiple" : "single";

    private static string GroupOf(string dimension) => GroupsOfDimensions.FirstOrDefault(g => g.Value.Contains(dimension)).Key ?? "Others";

    /// <summary>Records of each group of such a depth, groups in the order of their first record.</summary>
    private IEnumerable<int[]> Trees(bool multiple) => Enumerable.Range(0, records.Count)
        .GroupBy(i => records[i].Group)
        .Select(g => g.ToArray())
        .Where(g => records[g[0]].Questions.Count(q => q.Compositions.Contains("Selection")) is int depth && (multiple ? depth >= 2 : depth == 1));

    private Metric[] By(Func<ComplexBenchRecord, ScoringQuestion, IReadOnlyList<string>> partsOf, bool ordered = false)
    {
        IEnumerable<string> parts = records.SelectMany(r => r.Questions.SelectMany(q => partsOf(r, q))).Distinct();
        return [.. (ordered ? parts.Order(StringComparer.Ordinal) : parts).Select(p => Drfr("drfr", p, (r, q) => partsOf(r, q).Count(x => x == p)))];
    }

    private Metric Drfr(string name, string? part, Func<ComplexBenchRecord, ScoringQuestion, int> weight)
    {
        List<Observation> observations = [];
        for (int i = 0; i < records.Count; i++)
        {
            int all = 0, right = 0;
            for (int q = 0; q < records[i].Questions.Count; q++)
            {
                int times = weight(records[i], records[i].Questions[q]);
                all += times;
                right += truths[i][q] ? times : 0;
            }

            if (all > 0)
                observations.Add(new Observation(i, right, all));
        }

        return new Metric(name, observations) { Part = part };
    }
}
