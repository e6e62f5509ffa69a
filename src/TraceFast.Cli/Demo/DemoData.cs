namespace TraceFast.Cli.Demo;

/// <summary>An instruction and an answer; whether the answer obeys all of the instruction is the writer's choice.</summary>
internal sealed record DemoSample(string Instruction, string Answer);

/// <summary>Two instructions that differ in the value of one constraint, and for each an answer that obeys it and not the other.</summary>
internal sealed record DemoQuad(string X1, string Y1, string X2, string Y2);

/// <summary>
/// Writes the demonstration's data: short texts on everyday things under one to three constraints. The same seed gives the
/// same records on any machine.
/// </summary>
internal sealed class DemoData(int seed)
{
    private static readonly string[] s_things =
    [
        "bread", "the sea", "a garden", "the moon", "music", "a bicycle", "winter", "a river", "tea", "the market", "a library", "the forest",
        "rain", "a kitchen", "the train", "a lamp", "snow", "the city", "a bird", "the mountain", "coffee", "a letter", "the wind", "a clock",
        "the school", "a boat", "summer", "the theatre", "a map", "the bridge",
    ];

    private static readonly string[] s_qualities =
        ["quiet", "bright", "old", "simple", "warm", "busy", "strange", "calm", "useful", "small", "famous", "gentle"];

    private static readonly string[] s_people = ["Children", "Travellers", "Old friends", "Workers", "Poets", "Neighbours", "Students", "Visitors"];

    private static readonly string[] s_verbs = ["like", "remember", "talk about", "dream of", "look for", "care for"];

    private static readonly string[] s_times = ["in the morning", "at night", "every day", "in spring", "after work", "on Sundays"];

    private readonly Random random = new(seed);

    /// <summary>Samples whose answers obey each constraint with the given probability: skill that is there but not reliable.</summary>
    public IEnumerable<DemoSample> Samples(int count, double obeyed)
    {
        for (int i = 0; i < count; i++)
        {
            string thing = Pick(s_things);
            List<DemoConstraint> constraints = Draw(random.Next(1, 3));
            List<DemoConstraint> kept = [.. constraints.Where(_ => random.NextDouble() < obeyed)];
            yield return new DemoSample(Instruction(thing, constraints), Answer(kept, Sentences(thing)));
        }
    }

    public IEnumerable<DemoQuad> Quads(int count)
    {
        for (int i = 0; i < count; i++)
        {
            string thing = Pick(s_things);
            List<DemoConstraint> first = Draw(random.Next(1, 4));
            int changed = random.Next(first.Count);
            List<DemoConstraint> second = [.. first];
            second[changed] = Another(first[changed]);
            string[] sentences = Sentences(thing);
            yield return new DemoQuad(Instruction(thing, first), Answer(first, sentences), Instruction(thing, second), Answer(second, sentences));
        }
    }

    private static string Instruction(string thing, IEnumerable<DemoConstraint> constraints) =>
        string.Join(' ', constraints.Select(c => c.Phrase).Prepend($"Write about {thing}."));

    private static string Answer(IEnumerable<DemoConstraint> constraints, string[] sentences)
    {
        DemoAnswer answer = new();
        foreach (DemoConstraint constraint in constraints)
            constraint.Apply(answer);
        return answer.Write(sentences);
    }

    private string[] Sentences(string thing)
    {
        string subject = char.ToUpperInvariant(thing[0]) + thing[1..];
        return
        [
            $"{subject} is {Pick(s_qualities)} and {Pick(s_qualities)}",
            $"{Pick(s_people)} {Pick(s_verbs)} {thing} {Pick(s_times)}",
            $"Nothing is as {Pick(s_qualities)} as {thing} {Pick(s_times)}",
        ];
    }

    private List<DemoConstraint> Draw(int count)
    {
        int[] sorts = [.. Enumerable.Range(0, DemoConstraint.Sorts.Count)];
        random.Shuffle(sorts);
        return [.. sorts.Take(count).Select(s => Pick(DemoConstraint.Sorts[s]))];
    }

    private DemoConstraint Another(DemoConstraint constraint) =>
        Pick([.. DemoConstraint.Sorts.Single(s => s[0].Sort == constraint.Sort).Where(c => c.Phrase != constraint.Phrase)]);

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
