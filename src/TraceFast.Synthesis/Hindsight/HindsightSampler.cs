using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.Synthetic;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Hindsight;

/// <summary>What came of a constraint that the answer breaks.</summary>
public enum HindsightOutcome
{
    /// <summary>The same type with other arguments: "at most 3 sentences" for "at most 2".</summary>
    Argument,

    /// <summary>A constraint that no answer follows together with the old one.</summary>
    Conflict,

    /// <summary>Another type of the same category, or of another one.</summary>
    Neighbor,

    /// <summary>None was found that the answer follows, that goes with the others and that may be stated.</summary>
    NothingFits,

    /// <summary>The instruction does not have the statement once, word for word.</summary>
    NotStated,

    /// <summary>A sentence says it that says other things too.</summary>
    InsideSentence,

    /// <summary>The other answer would follow the new instruction as well.</summary>
    NoContrast,

    /// <summary>It was taken out of the instruction, which had to be asked for.</summary>
    Removed,
}

/// <summary>
/// Finds what could have been asked of an answer in place of a constraint that it breaks: another argument of the same type, a
/// conflicting constraint, a neighboring type, in this order.
/// </summary>
internal sealed class HindsightSampler(SynthScope scope)
{
    private const int Conflicts = 16;

    /// <param name="broken">What the answer breaks.</param>
    /// <param name="others">What the instruction asks besides.</param>
    /// <returns>The constraint and its statement; null: nothing fits.</returns>
    public (StatedConstraint Stated, HindsightOutcome Outcome)? Sample(
        Constraint broken, Response answer, IReadOnlyList<Constraint> others, SamplingContext context)
    {
        foreach ((HindsightOutcome outcome, IEnumerable<Constraint?> candidates) in Ways(broken, answer, context))
            foreach (Constraint? candidate in candidates)
                if (candidate is { Type.IsRuleChecked: true } && !candidate.Equals(broken) && candidate.Check(answer).IsObeyed
                    && !others.Any(o => o.Equals(candidate) || candidate.ConflictsWith(o))
                    && scope.Phrase(candidate, context.Language, context.Random) is { } text)
                    return (new StatedConstraint(candidate, text), outcome);
        return null;
    }

    /// <summary>What a type may sample from, where the answer is there: words that it has, and words that it does without.</summary>
    public static SamplingContext Context(Response answer, string? topic, Language language, SeededRandom random)
    {
        const int MostWords = 12, ShortestWord = 4;
        IReadOnlyList<string> about = TopicLibrary.All.Select(t => t.In(language)).FirstOrDefault(t => t.Name == topic)?.Words ?? [];
        string[] own =
        [
            .. answer.WordsIn(answer.Whole).Select(span => answer.Span(span).ToString())
                .Where(w => w.Length >= ShortestWord && w.All(char.IsAsciiLetterLower) && !Observers.IsGeneric(w))
                .Distinct().Take(MostWords),
        ];
        string[] words = [.. about.Where(Has)], others = [.. about.Where(w => !Has(w))];
        if (words.Length < 2)
            words = [.. words.Concat(own).Distinct()];
        IReadOnlyList<string> elsewhere = random.Pick(TopicLibrary.All).In(language).Words;
        return new(random, language, words.Length > 1 ? words : elsewhere, others.Length > 1 ? others : elsewhere);

        bool Has(string word) => answer.Text.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    private IEnumerable<(HindsightOutcome, IEnumerable<Constraint?>)> Ways(Constraint broken, Response answer, SamplingContext context)
    {
        yield return (HindsightOutcome.Argument, [broken.SampleObeyed(answer, context)]);
        yield return (HindsightOutcome.Conflict, Enumerable.Range(0, Conflicts).Select(_ => broken.SampleConflicting(context)));
        ConstraintType[] types = [.. scope.TypesIn(context.Language).Where(t => t != broken.Type)];
        context.Random.Shuffle(types);
        yield return (HindsightOutcome.Neighbor,
            types.OrderBy(t => t.Category == broken.Type.Category ? 0 : 1).Select(t => t.Sample(context).SampleObeyed(answer, context)));
    }
}
