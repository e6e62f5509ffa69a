using TraceFast.Constraints.Templates;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>
/// Draws one quad: a topic, constraints for x1, a change for x2, an answer to each written from its plan. Of ten quads about six differ in the value of one constraint, one or two in two
/// values, the others in the sort of one; then each answer is also planned to contradict the constraint that only the other instruction has.
/// </summary>
internal sealed class QuadDrawer(SynthOptions options, SynthScope scope)
{
    private const int Attempts = 60, WriteTries = 4;

    /// <summary>The quad of an index; the same whatever else is drawn, on any thread.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="examine">Checks it.</param>
    /// <param name="drops">Gets the attempts that led nowhere.</param>
    /// <returns>Null: none of many attempts gave one.</returns>
    public ExaminedQuad? Draw(long index, Func<Quad, ExaminedQuad> examine, DropCounts drops)
    {
        SeededRandom random = SynthStream.Of(options, scope, index);
        (Language language, int count) = SynthStream.TurnOf(options, index);
        for (int n = 0; n < Attempts; n++)
        {
            Topic topic = random.Pick(scope.Topics);
            TopicWords words = topic.In(language);
            SamplingContext context = new(random, language, words.Words, words.Words);
            if (DrawPair(context, count) is not { } pair)
            {
                drops.Add(DropReason.NoContrast);
                continue;
            }

            if (Write(pair, topic, context, index, examine, drops) is { } quad)
                return quad;
        }

        return null;
    }

    /// <summary>Two sets of constraints, each with what its answer must obey besides, so that it violates the other.</summary>
    private sealed record Pair(List<Constraint> First, List<Constraint> Second, List<Constraint> FirstToo, List<Constraint> SecondToo, List<int> Changed);

    private Pair? DrawPair(SamplingContext context, int count)
    {
        SeededRandom random = context.Random;
        ConstraintDrawer drawer = new(scope, context);
        if (drawer.Draw(count) is not { } first)
            return null;
        List<Constraint> second = [.. first], firstToo = [], secondToo = [];
        List<int> changed = [0];
        int way = random.Below(20);
        if (way < 5)
        {
            if (Replace(drawer, first, second, firstToo, secondToo) is false)
                return null;
        }
        else
        {
            if (way < 8 && count > 1)
                changed.Add(1);
            foreach (int n in changed)
            {
                if (drawer.Contradiction(first[n], [.. second.Where((_, i) => i != n)]) is not { } other || scope.Phrase(other, context.Language, random) is null)
                    return null;
                second[n] = other;
            }
        }

        if (!scope.AllowsCombination(first) || !scope.AllowsCombination(second))
            return null;
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        return new([.. order.Select(n => first[n])], [.. order.Select(n => second[n])], firstToo, secondToo, [.. changed.Select(n => Array.IndexOf(order, n))]);
    }

    /// <summary>Puts another sort in the first constraint's place; each answer must contradict what only the other instruction asks.</summary>
    private bool Replace(ConstraintDrawer drawer, List<Constraint> first, List<Constraint> second, List<Constraint> firstToo, List<Constraint> secondToo)
    {
        List<Constraint> shared = [.. first.Skip(1)];
        if (drawer.Another(shared, scope.ChangedTypesIn(drawer.Language)) is not { } other || other.Type == first[0].Type)
            return false;
        second[0] = other;
        if (drawer.Contradiction(other, first) is not { } notOther || drawer.Contradiction(first[0], second) is not { } notFirst)
            return false;
        firstToo.Add(notOther);
        secondToo.Add(notFirst);
        return true;
    }

    private ExaminedQuad? Write(Pair pair, Topic topic, SamplingContext context, long index, Func<Quad, ExaminedQuad> examine, DropCounts drops)
    {
        SeededRandom random = context.Random;
        Language language = context.Language;
        ConstraintDrawer drawer = new(scope, context);
        List<int> broken1 = Breaking.Draw(drawer, pair.First, pair.Changed, options.Obey, random, out List<Constraint> obeyed1);
        List<int> broken2 = Breaking.Draw(drawer, pair.Second, pair.Changed, options.Obey, random, out List<Constraint> obeyed2);
        if (Plan.Of([.. obeyed1, .. pair.FirstToo], language, options.IsBrief) is not { } plan1 || Plan.Of([.. obeyed2, .. pair.SecondToo], language, options.IsBrief) is not { } plan2)
        {
            drops.Add(DropReason.NotWritten);
            return null;
        }

        bool confound = options.Confound > 0 && plan1.HasRoomForTitle && random.Chance(options.Confound);
        plan1.NeedsTitle |= confound;
        Quad quad = State(pair, topic, context, index) with { Broken1 = broken1, Broken2 = broken2, IsConfounded = confound };
        string? y1 = null, y2 = null;
        for (int n = 0; n < WriteTries; n++)
        {
            y1 ??= AnswerWriter.Write(plan1, topic, random);
            y2 ??= y1 is null ? null : AnswerWriter.Write(plan2, topic, random);
            if (y1 is null || y2 is null)
                continue;
            ExaminedQuad examined = examine(quad with { Y1 = y1, Y2 = y2 });
            if (examined.Drop is null)
                return examined;
            drops.Add(examined.Drop.Value);
            if (examined.Drop is DropReason.Y1BreaksX1 or DropReason.Y1ObeysX2)
                y1 = null;
            else
                y2 = null;
        }

        if (y1 is null || y2 is null)
            drops.Add(DropReason.NotWritten);
        return null;
    }

    /// <summary>The instructions; what both state, both state in the same words.</summary>
    private Quad State(Pair pair, Topic topic, SamplingContext context, long index)
    {
        SeededRandom random = context.Random;
        Language language = context.Language;
        InstructionForm form = InstructionForm.Draw(topic.In(language), language, random);
        StatedConstraint[] first = [.. pair.First.Select(c => new StatedConstraint(c, scope.Phrase(c, language, random)!))];
        StatedConstraint[] second = new StatedConstraint[pair.Second.Count];
        for (int n = 0; n < second.Length; n++)
            second[n] = pair.Second[n] == pair.First[n] ? first[n] : new StatedConstraint(pair.Second[n], scope.Phrase(pair.Second[n], language, random)!);
        StatedConstraint[] judged = options.Unchecked > 0 && random.Chance(options.Unchecked) ? [Judged(context)] : [];
        return new Quad(form.Write([.. judged, .. first], language), "", form.Write([.. judged, .. second], language), "", first, second)
        {
            Language = language, Topic = topic.In(language).Name, Unchecked = judged, Source = SynthMaker.Name, Seed = options.Seed, Index = index,
        };
    }

    private static StatedConstraint Judged(SamplingContext context)
    {
        ConstraintType[] judged = [.. ConstraintTypes.All.Where(t => !t.IsRuleChecked && t.Languages.Contains(context.Language))];
        while (true)
        {
            Constraint constraint = context.Random.Pick(judged).Sample(context);
            IReadOnlyList<Template> wordings = Statements.Fitting(constraint, context.Language);
            if (wordings.Count > 0)
                return new(constraint, context.Random.Pick(wordings).Render(constraint)!);
        }
    }
}
