using TraceFast.Evaluation;

namespace TraceFast.Cli.Demo;

/// <summary>What became of the prompts of one set, one entry for each prompt.</summary>
/// <param name="Obeyed">Constraints obeyed.</param>
/// <param name="Of">Constraints stated.</param>
/// <param name="Titled">1: the answer has a title and nothing in the prompt asks for one; 0: it has none; -1: the prompt asks for one.</param>
/// <param name="Tokens">New tokens.</param>
/// <param name="Cut">Answers that did not end by themselves.</param>
internal sealed record DemoSetScores(bool InDomain, bool Single, IReadOnlyList<int> Obeyed, IReadOnlyList<int> Of, IReadOnlyList<int> Titled, IReadOnlyList<int> Tokens, int Cut);

/// <summary>A model's figures.</summary>
internal sealed record DemoScores(IReadOnlyList<DemoSetScores> Sets)
{
    /// <summary>IF-S: of the prompts with one constraint, the share that is obeyed.</summary>
    public Metric IfS(bool inDomain) => Of("if_s", Sets.Where(s => s.InDomain == inDomain && s.Single), (obeyed, of) => (obeyed == of ? 1 : 0, 1));

    /// <summary>IF-M: of the prompts with several constraints, the share all of whose constraints are obeyed.</summary>
    public Metric IfM(bool inDomain) => Of("if_m", Sets.Where(s => s.InDomain == inDomain && !s.Single), (obeyed, of) => (obeyed == of ? 1 : 0, 1));

    /// <summary>The share of all constraints that are obeyed.</summary>
    public Metric Mean(bool inDomain) => Of("mean", Sets.Where(s => s.InDomain == inDomain), (obeyed, of) => (obeyed, of));

    /// <summary>The share of answers with a title that nothing asks for.</summary>
    public double UnaskedTitles => Sets.SelectMany(s => s.Titled).Where(t => t >= 0).DefaultIfEmpty().Average();

    /// <summary>New tokens of an answer.</summary>
    public double MeanTokens => Sets.SelectMany(s => s.Tokens).DefaultIfEmpty().Average();

    /// <summary>The share of answers that did not end by themselves.</summary>
    public double CutAnswers => Sets.Sum(s => s.Cut) / (double)Math.Max(1, Sets.Sum(s => s.Of.Count));

    private static Metric Of(string name, IEnumerable<DemoSetScores> sets, Func<int, int, (double Numerator, double Denominator)> observe)
    {
        List<Observation> observations = [];
        foreach (DemoSetScores set in sets)
            for (int i = 0; i < set.Of.Count; i++)
            {
                (double numerator, double denominator) = observe(set.Obeyed[i], set.Of[i]);
                observations.Add(new Observation(observations.Count, numerator, denominator));
            }

        return new Metric(name, observations);
    }
}
