using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Templates;

namespace TraceFast.Synthesis.FromResponses;

/// <summary>
/// Samples what one answer obeys and the other violates, one constraint per family, rare types first so that lengths do not drown the rest.
/// </summary>
internal sealed class ContrastSampler
{
    private readonly Dictionary<string, int> _used = [];

    /// <summary>
    /// Constraints that <paramref name="own"/> obeys and <paramref name="other"/> violates, none in conflict with another; empty: there is
    /// no contrast.
    /// </summary>
    public IReadOnlyList<Constraint> Sample(AnswerShape own, AnswerShape other, Exchange exchange, int most, SeededRandom random)
    {
        List<(string Family, Constraint Constraint, double Weight)> open = [];
        foreach ((string family, Constraint constraint) in Observers.Observe(own, other, exchange))
        {
            if (constraint.Check(own.Response).IsObeyed && constraint.Check(other.Response).Outcome == Outcome.Violated
                && Statements.Fitting(constraint, exchange.Language).Count > 0)
                open.Add((family, constraint, Weight(constraint)));
        }

        List<Constraint> sampled = [];
        int wanted = random.Between(1, most);
        while (sampled.Count < wanted && open.Count > 0)
        {
            Constraint next = Pick(open, random);
            string family = open.First(o => o.Constraint.Equals(next)).Family;
            sampled.Add(next);
            open.RemoveAll(o => o.Family == family || next.ConflictsWith(o.Constraint));
        }

        foreach (Constraint constraint in sampled)
            _used[constraint.Type.Name] = _used.GetValueOrDefault(constraint.Type.Name) + 1;
        return sampled;
    }

    private double Weight(Constraint constraint) => 1.0 / (1 + _used.GetValueOrDefault(constraint.Type.Name));

    private static Constraint Pick(List<(string Family, Constraint Constraint, double Weight)> open, SeededRandom random)
    {
        double at = random.Below(1_000_000) / 1e6 * open.Sum(o => o.Weight);
        foreach ((_, Constraint constraint, double weight) in open)
        {
            at -= weight;
            if (at < 0)
                return constraint;
        }

        return open[^1].Constraint;
    }
}

/// <summary>Writes constraints after a prompt, as people add them: one as a sentence, several as a list or as sentences.</summary>
internal static class Instruction
{
    private static readonly string[] s_englishHeads =
        ["Requirements:", "Please follow these requirements:", "Your answer must meet the following conditions:", "Constraints:",
        "Keep to these rules:"];
    private static readonly string[] s_chineseHeads = ["要求：", "请遵守以下要求：", "回答需满足以下条件：", "约束条件：", "注意事项："];

    /// <summary>The constraints in templates sampled at random, but not "fewer than 201" where "at most 200" can be said.</summary>
    public static StatedConstraint[] State(IReadOnlyList<Constraint> constraints, Language language, SeededRandom random) =>
        [.. constraints.Select(c => new StatedConstraint(c, random.Pick(Natural(c, language)).Render(c)!))];

    private static IReadOnlyList<Template> Natural(Constraint constraint, Language language)
    {
        IReadOnlyList<Template> fitting = Statements.Fitting(constraint, language);
        Template[] plain = [.. fitting.Where(w => !w.Text.Contains("+1", StringComparison.Ordinal)
            && !w.Text.Contains("-1", StringComparison.Ordinal))];
        if (plain.Length == 0)
            return fitting;
        // one of something: "a numbered list", "at least one", not "no fewer than 1"
        if (constraint.Type.ValuesOf(constraint).ToArray() is [{ Field.Name: "min", Value: 1L }])
        {
            Template[] one = [.. plain.Where(w => w.When.Contains("min=1", StringComparison.Ordinal))];
            if (one.Length == 0)
                one = [.. plain.Where(w => w.Text.Contains("{min:words}", StringComparison.Ordinal))];
            return one.Length > 0 ? one : plain;
        }

        Template[] singular = [.. plain.Where(w => !w.Text.Contains("这些", StringComparison.Ordinal))];
        return singular.Length > 0 && constraint.Type.ValuesOf(constraint).Any(v => v.Value is TextList { Count: 1 }) ? singular : plain;
    }

    public static string Write(string prompt, IReadOnlyList<StatedConstraint> constraints, Language language, SeededRandom random)
    {
        string start = prompt.TrimEnd();
        string stop = language == Language.Chinese ? "。" : ".";
        if (constraints.Count == 1)
            return $"{start}\n{Sentence(constraints[0].Text, stop)}";
        if (random.Chance(0.35))
            return $"{start}\n{string.Join(language == Language.Chinese ? "" : " ", constraints.Select(c => Sentence(c.Text, stop)))}";
        string head = random.Pick(language == Language.Chinese ? s_chineseHeads : s_englishHeads);
        bool numbered = random.Chance(0.5);
        return $"{start}\n\n{head}\n{string.Join('\n', constraints.Select((c, i) => $"{(numbered ? $"{i + 1}." : "-")} {c.Text}"))}";
    }

    /// <summary>No second full stop after one, nor after a quotation that ends with one.</summary>
    private static string Sentence(string text, string stop)
    {
        string end = text.TrimEnd('"', '”', '’', '」');
        return end.Length > 0 && ".!?。！？：:".Contains(end[^1]) ? text : text + stop;
    }
}
