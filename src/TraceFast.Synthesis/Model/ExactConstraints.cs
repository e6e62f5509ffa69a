using TraceFast.Constraints.Templates;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Types;

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
    private static readonly ConstraintType[] s_natural =
    [
        Counts.Words, Counts.Han, Counts.Sentences, Counts.ParagraphTotal, Counts.Items, Counts.Numbers, Counts.Exclamations,
        Counts.Questions, Counts.Emojis, Counts.Bold, Counts.NumberedItems, Counts.Placeholders, Keywords.Definition,
        KeywordFrequency.Definition, ForbiddenWords.Definition, ForbiddenPunctuation.Definition, NoDigits.Definition,
        Highlighted.Definition, Title.Definition, BracketTitle.Definition, StartsWith.Definition, EndsWith.Definition,
        BulletedList.Definition, HeadingCount.Definition, SectionHeadings.Definition, Postscript.Definition, MarkdownTable.Definition,
        AnswerLanguage.Definition,
    ];

    /// <param name="taken">Rule-checked constraints that both have already.</param>
    /// <returns>Null: no sample fitted together.</returns>
    public static ExactConstraints? Of(int count, IReadOnlyList<Constraint> taken, SamplingContext context)
    {
        ConstraintType[] types = [.. ConstraintTypes.All.Where(s => s_natural.Contains(s) && s.Languages.Contains(context.Language))];
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
