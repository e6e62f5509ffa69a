using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>Draws one instruction and its answer: what <see cref="QuadDrawer"/> does for two.</summary>
internal sealed class SftDrawer(SynthOptions options, SynthScope scope)
{
    private const int Attempts = 60, WriteTries = 4;

    public SynthSample? Draw(long index, DropCounts drops)
    {
        SeededRandom random = SynthStream.Of(options, scope, index);
        (Language language, int count) = SynthStream.TurnOf(options, index);
        for (int n = 0; n < Attempts; n++)
        {
            Topic topic = random.Pick(scope.Topics);
            TopicWords words = topic.In(language);
            SamplingContext context = new(random, language, words.Words, words.Words);
            ConstraintDrawer drawer = new(scope, context);
            if (drawer.Draw(count) is not { } constraints || !scope.AllowsCombination(constraints))
            {
                drops.Add(DropReason.NoContrast);
                continue;
            }

            random.Shuffle(constraints);
            List<int> broken = Breaking.Draw(drawer, constraints, [], options.Obey, random, out List<Constraint> obeyed);
            if (Plan.Of(obeyed, language, options.IsBrief) is { } plan && Write(plan, topic, random, constraints, broken, drops) is { } response)
                return State(topic, context, constraints, response, broken, index);
            drops.Add(DropReason.NotWritten);
        }

        return null;
    }

    private static string? Write(Plan plan, Topic topic, SeededRandom random, List<Constraint> constraints, List<int> broken, DropCounts drops)
    {
        for (int n = 0; n < WriteTries; n++)
        {
            if (AnswerWriter.Write(plan, topic, random) is not { } text)
                continue;
            Response response = new(text);
            bool asMeant = true;
            for (int c = 0; c < constraints.Count && asMeant; c++)
                asMeant = constraints[c].Check(response).IsObeyed != broken.Contains(c);
            if (asMeant)
                return text;
            drops.Add(DropReason.Y1BreaksX1);
        }

        return null;
    }

    private SynthSample State(Topic topic, SamplingContext context, List<Constraint> constraints, string response, List<int> broken, long index)
    {
        Language language = context.Language;
        InstructionForm form = InstructionForm.Draw(topic.In(language), language, context.Random);
        StatedConstraint[] stated = [.. constraints.Select(c => new StatedConstraint(c, scope.Phrase(c, language, context.Random)!))];
        return new SynthSample(stated.Length > 0 ? form.Write(stated, language) : form.Opening, response, stated, broken)
        {
            Language = language, Topic = topic.In(language).Name, Seed = options.Seed, Index = index,
        };
    }
}
