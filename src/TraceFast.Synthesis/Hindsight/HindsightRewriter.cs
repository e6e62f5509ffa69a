using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Data;
using TraceFast.Synthesis.Synthetic;
using Response = TraceFast.Constraints.Response;

namespace TraceFast.Synthesis.Hindsight;

/// <summary>What happens to a record of which a constraint cannot be rewritten.</summary>
public enum HindsightRest
{
    /// <summary>What can be rewritten is; the rest stays as it was, and is listed as broken.</summary>
    Keep,

    DropRecord,

    /// <summary>The constraint is taken out of the instruction.</summary>
    RemoveConstraint,
}

/// <summary>An instruction after its broken constraints were rewritten.</summary>
/// <param name="Relabeled">Statements that were replaced, the old and the new one.</param>
/// <param name="Broken">Numbers, from 0, of the stated constraints that the answer still breaks.</param>
/// <param name="Outcomes">Of each constraint that was broken.</param>
internal sealed record HindsightRewrite(
    HindsightInstruction Instruction, IReadOnlyList<(string From, string To)> Relabeled, IReadOnlyList<int> Broken,
    IReadOnlyList<(ConstraintType Type, HindsightOutcome Outcome)> Outcomes)
{
    public IReadOnlyList<Constraint> Constraints => [.. Instruction.Stated.Select(s => s.Constraint)];

    /// <summary>Nothing was broken.</summary>
    public bool IsUnchanged => Outcomes.Count == 0;

    /// <summary>Every constraint that was broken was rewritten.</summary>
    public bool IsWhole => Outcomes.All(o => o.Outcome <= HindsightOutcome.Neighbor || o.Outcome == HindsightOutcome.Removed);
}

/// <summary>
/// Hindsight: where an answer breaks constraints of its instruction, the instruction is rewritten so that it asks for what the answer does.
/// The answer stays as it is; every rewritten constraint is checked on it.
/// Source of the idea: M. Andrychowicz et al., Hindsight Experience Replay (arXiv 1707.01495); for instructions: T. Zhang et al., The Wisdom
/// of Hindsight Makes Language Models Better Instruction Followers (arXiv 2302.05206).
/// </summary>
internal sealed class HindsightRewriter(SynthScope scope, HindsightRest rest)
{
    /// <summary>Times that a record is rewritten by other random numbers, until it is what it should be.</summary>
    private const int Attempts = 8;

    private readonly HindsightSampler _sampler = new(scope);

    /// <summary>One instruction for its answer.</summary>
    /// <param name="topic">Of <see cref="Writing.TopicLibrary"/>, where it is known.</param>
    public HindsightRewrite Rewrite(
        HindsightInstruction instruction, string answer, Language language, string? topic, SeededRandom random)
    {
        Response response = new(answer);
        SamplingContext context = HindsightSampler.Context(response, topic, language, random);
        List<(ConstraintType, HindsightOutcome)> outcomes =
        [
            .. instruction.Inside.Where(c => c.Check(response).Outcome == Outcome.Violated)
                .Select(c => (c.Type, HindsightOutcome.InsideSentence)),
        ];
        List<(string, string)> relabeled = [];
        for (int n = instruction.Stated.Count - 1; n >= 0; n--)
        {
            Constraint constraint = instruction.Stated[n].Constraint;
            if (constraint.Check(response).Outcome != Outcome.Violated)
                continue;
            HindsightOutcome outcome = HindsightOutcome.NothingFits;
            Constraint[] others = [.. instruction.Stated.Where((_, i) => i != n).Select(s => s.Constraint), .. instruction.Inside];
            if (_sampler.Sample(constraint, response, others, context) is var (stated, way))
            {
                outcome = HindsightOutcome.NotStated;
                if (instruction.Replace(n, stated) is { } replaced)
                {
                    relabeled.Add((instruction.Stated[n].Text, stated.Text));
                    (instruction, outcome) = (replaced, way);
                }
            }
            if (outcome > HindsightOutcome.Neighbor && rest == HindsightRest.RemoveConstraint && instruction.Remove(n) is { } shorter)
                (instruction, outcome) = (shorter, HindsightOutcome.Removed);
            outcomes.Add((constraint.Type, outcome));
        }
        relabeled.Reverse();
        return new HindsightRewrite(instruction, relabeled, Broken(instruction, response), outcomes);
    }

    /// <summary>One instruction, in a combination of types that the file may have.</summary>
    /// <param name="isGood">What else it must be.</param>
    /// <returns>Where no attempt was good: as it was, with what was tried as <see cref="HindsightOutcome.NoContrast"/>.</returns>
    public HindsightRewrite Rewrite(
        HindsightInstruction instruction, string answer, Language language, string? topic, SeededRandom random,
        Func<HindsightRewrite, bool> isGood) =>
        Enumerable.Range(0, Attempts).Select(_ => Rewrite(instruction, answer, language, topic, random))
            .FirstOrDefault(r => IsAllowed(r) && isGood(r)) ?? Unchanged(instruction, answer);

    /// <summary>Both instructions of a quad, each for its own answer.</summary>
    /// <param name="first">X1 with its constraints.</param>
    /// <param name="second">X2 with its own.</param>
    /// <param name="isGood">Whether they still make a quad.</param>
    public (HindsightRewrite First, HindsightRewrite Second) Rewrite(
        Quad quad, HindsightInstruction first, HindsightInstruction second, SeededRandom random,
        Func<HindsightRewrite, HindsightRewrite, bool> isGood)
    {
        (HindsightRewrite, HindsightRewrite)? found = null;
        for (int n = 0; n < Attempts && found is null; n++)
        {
            HindsightRewrite one = Rewrite(first, quad.Y1, quad.Language, quad.Topic, random),
                other = Rewrite(second, quad.Y2, quad.Language, quad.Topic, random);
            if (IsAllowed(one) && IsAllowed(other) && isGood(one, other))
                found = (one, other);
        }
        return found ?? (Unchanged(first, quad.Y1), Unchanged(second, quad.Y2));
    }

    /// <summary>Whether an answer that breaks something of an instruction breaks something of the new one too.</summary>
    public static bool KeepsContrast(HindsightInstruction before, HindsightInstruction now, string otherAnswer)
    {
        Response response = new(otherAnswer);
        return Breaks(now) || !Breaks(before);

        bool Breaks(HindsightInstruction instruction) => instruction.Stated.Select(s => s.Constraint).Concat(instruction.Inside)
            .Any(c => c.Check(response).Outcome == Outcome.Violated);
    }

    private static int[] Broken(HindsightInstruction instruction, Response response) =>
    [
        .. Enumerable.Range(0, instruction.Stated.Count)
            .Where(n => instruction.Stated[n].Constraint.Check(response).Outcome == Outcome.Violated),
    ];

    private bool IsAllowed(HindsightRewrite rewrite) => rewrite.IsUnchanged || scope.AllowsCombination(rewrite.Constraints);

    private static HindsightRewrite Unchanged(HindsightInstruction instruction, string answer)
    {
        Response response = new(answer);
        int[] broken = Broken(instruction, response);
        return new HindsightRewrite(
            instruction, [], broken, [.. broken.Select(n => (instruction.Stated[n].Constraint.Type, HindsightOutcome.NoContrast))]);
    }
}
