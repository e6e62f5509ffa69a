using TraceFast.Constraints.Templates;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Model;

/// <summary>
/// The exact constraints of both instructions: those of x1 sampled from types that suit any prose, those of x2 with one or more of them
/// contradicted.
/// </summary>
/// <param name="First">Of x1.</param>
/// <param name="Second">Of x2, in the same order.</param>
internal sealed record ExactConstraints(IReadOnlyList<Constraint> First, IReadOnlyList<Constraint> Second)
{
    private const int Samples = 40;

    /// <summary>Types that an answer of any topic can obey without becoming odd.</summary>
    private static readonly string[] s_natural =
    [
        "word_count", "han_count", "sentence_count", "paragraph_count", "item_count", "keywords", "keyword_frequency", "forbidden_words",
            "no_digits", "number_count",
        "exclamation_count", "question_count", "emoji_count", "bold_count", "highlighted", "title", "bracket_title", "starts_with",
            "ends_with", "forbidden_punctuation",
        "numbered_list", "bulleted_list", "heading_count", "section_headings", "postscript", "markdown_table", "placeholders", "language",
    ];

    /// <param name="taken">Exact constraints that stand in both already.</param>
    /// <returns>Null: no sample fitted together.</returns>
    public static ExactConstraints? Of(int count, IReadOnlyList<Constraint> taken, SamplingContext context)
    {
        ConstraintType[] types = [.. ConstraintTypes.All.Where(s => s_natural.Contains(s.Name) && s.Languages.Contains(context.Language))];
        List<Constraint> first = [];
        for (int i = 0; i < Samples && first.Count < count; i++)
        {
            Constraint sampled = context.Random.Pick(types).Sample(context);
            if (Fits(sampled, [.. taken, .. first], context.Language))
                first.Add(sampled);
        }

        if (first.Count < count)
            return null;
        List<Constraint> second = [.. first];
        int[] order = [.. Enumerable.Range(0, count)];
        context.Random.Shuffle(order);
        int changes = context.Random.Between(1, count), changed = 0;
        foreach (int at in order)
        {
            for (int i = 0; i < Samples && changed < changes; i++)
            {
                Constraint other = first[at].SampleConflicting(context);
                if (!Fits(other, [.. taken, .. second.Where((_, n) => n != at)], context.Language))
                    continue;
                second[at] = other;
                changed++;
                break;
            }
        }

        return changed > 0 ? new ExactConstraints(first, second) : null;
    }

    private static bool Fits(Constraint constraint, IEnumerable<Constraint> beside, Language language) =>
        Statements.Fitting(constraint, language).Count > 0 && !beside.Any(b => constraint.ConflictsWith(b));
}
