using TraceFast.Constraints.Templates;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>
/// Samples one quad: a topic, constraints for x1, a change for x2, an answer to each written from its plan. Of ten quads about six differ
/// in the value of one constraint, one or two in two values, the others in the type of one; then each answer is also planned to contradict
/// the constraint that only the other instruction has.
/// </summary>
internal sealed class QuadSampler(SynthOptions options, SynthScope scope)
{
    private const int Attempts = 60;

    /// <summary>The quad of an index; the same whatever else is sampled, on any thread.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="examine">Checks it.</param>
    /// <param name="drops">Gets the attempts that led nowhere.</param>
    /// <returns>Null: none of many attempts gave one.</returns>
    public ExaminedQuad? Sample(long index, Func<Quad, Response, Response, ExaminedQuad> examine, DropCounts drops)
    {
        SeededRandom random = SynthStream.Of(options, scope, index);
        (Language language, int count) = SynthStream.TurnOf(options, index);
        for (int n = 0; n < Attempts; n++)
        {
            ConstraintSampler sampler = new(scope, random, language, options.IsBrief);
            if (SamplePair(sampler, count) is not { } pair)
            {
                drops.Add(DropReason.NoContrast);
                continue;
            }

            if (Write(pair, sampler, index, examine, drops) is { } quad)
                return quad;
        }

        return null;
    }

    /// <summary>Two sets of constraints, each with what its answer must obey besides, so that it violates the other.</summary>
    private sealed record Pair(List<Constraint> First, List<Constraint> Second, List<Constraint> FirstToo, List<Constraint> SecondToo,
        List<int> Changed);

    private Pair? SamplePair(ConstraintSampler sampler, int count)
    {
        SeededRandom random = sampler.Context.Random;
        if (sampler.Sample(count) is not { } first)
            return null;
        List<Constraint> second = [.. first], firstToo = [], secondToo = [];
        List<int> changed = [0];
        int way = random.Below(20);
        if (way < 5)
        {
            if (Replace(sampler, first, second, firstToo, secondToo) is false)
                return null;
        }
        else
        {
            if (way < 8 && count > 1)
                changed.Add(1);
            foreach (int n in changed)
            {
                if (sampler.Contradiction(first[n], [.. second.Where((_, i) => i != n)]) is not { } other
                    || scope.Phrase(other, sampler.Language, random) is null)
                    return null;
                second[n] = other;
            }
        }

        if (!scope.AllowsCombination(first) || !scope.AllowsCombination(second))
            return null;
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        return new([.. order.Select(n => first[n])], [.. order.Select(n => second[n])], firstToo, secondToo,
            [.. changed.Select(n => Array.IndexOf(order, n))]);
    }

    /// <summary>
    /// Puts another type in the first constraint's place; each answer must contradict what only the other instruction asks.
    /// </summary>
    private bool Replace(ConstraintSampler sampler, List<Constraint> first, List<Constraint> second, List<Constraint> firstToo,
        List<Constraint> secondToo)
    {
        List<Constraint> shared = [.. first.Skip(1)];
        if (sampler.Another(shared, scope.ChangedTypesIn(sampler.Language)) is not { } other || other.Type == first[0].Type)
            return false;
        second[0] = other;
        if (sampler.Contradiction(other, first) is not { } notOther || sampler.Contradiction(first[0], second) is not { } notFirst)
            return false;
        firstToo.Add(notOther);
        secondToo.Add(notFirst);
        return true;
    }

    private ExaminedQuad? Write(Pair pair, ConstraintSampler sampler, long index, Func<Quad, Response, Response, ExaminedQuad> examine,
        DropCounts drops)
    {
        SeededRandom random = sampler.Context.Random;
        AnswerWriter writer = sampler.Writer;
        List<int> broken1 = Breaking.Sample(sampler, pair.First, pair.Changed, options.Obey, random, out List<Constraint> obeyed1);
        List<int> broken2 = Breaking.Sample(sampler, pair.Second, pair.Changed, options.Obey, random, out List<Constraint> obeyed2);
        List<Constraint> all1 = [.. obeyed1, .. pair.FirstToo], all2 = [.. obeyed2, .. pair.SecondToo];
        bool confound = options.Confound > 0 && writer.HasRoomForTitle(all1) && random.Chance(options.Confound);
        if (writer.Write(all1, addTitle: confound) is not { } y1 || writer.Write(all2) is not { } y2)
        {
            drops.Add(DropReason.NotWritten);
            return null;
        }

        Quad quad = State(pair, sampler, index) with
        {
            Y1 = y1.Text, Y2 = y2.Text, Broken1 = broken1, Broken2 = broken2, IsConfounded = confound,
        };
        ExaminedQuad examined = examine(quad, y1, y2);
        if (examined.Drop is not { } drop)
            return examined;
        drops.Add(drop);
        return null;
    }

    /// <summary>The instructions; what both state, both state in the same words.</summary>
    private Quad State(Pair pair, ConstraintSampler sampler, long index)
    {
        SeededRandom random = sampler.Context.Random;
        Language language = sampler.Language;
        InstructionForm form = InstructionForm.Sample(sampler.Topic, language, random);
        StatedConstraint[] first = [.. pair.First.Select(c => new StatedConstraint(c, scope.Phrase(c, language, random)!))];
        StatedConstraint[] second = new StatedConstraint[pair.Second.Count];
        for (int n = 0; n < second.Length; n++)
            second[n] = pair.Second[n] == pair.First[n] ? first[n]
                : new StatedConstraint(pair.Second[n], scope.Phrase(pair.Second[n], language, random)!);
        StatedConstraint[] judged = options.Unchecked > 0 && random.Chance(options.Unchecked) ? [Judged(sampler.Context)] : [];
        return new Quad(form.Write([.. judged, .. first], language), "", form.Write([.. judged, .. second], language), "", first, second)
        {
            Language = language, Topic = sampler.Topic.Name, Unchecked = judged, Source = SynthGenerator.Name, Seed = options.Seed,
                Index = index,
        };
    }

    private static StatedConstraint Judged(SamplingContext context)
    {
        ConstraintType[] judged = [.. ConstraintTypes.All.Where(t => !t.IsRuleChecked && t.Languages.Contains(context.Language))];
        while (true)
        {
            Constraint constraint = context.Random.Pick(judged).Sample(context);
            IReadOnlyList<Template> templates = Statements.Fitting(constraint, context.Language);
            if (templates.Count > 0)
                return new(constraint, context.Random.Pick(templates).Render(constraint)!);
        }
    }
}
