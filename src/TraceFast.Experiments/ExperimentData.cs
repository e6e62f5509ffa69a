using TraceFast.Constraints;
using TraceFast.Synthesis.Synthetic;
using TraceFast.Evaluation.Benchmarks;

namespace TraceFast.Experiments;

/// <summary>
/// The constraints of the demonstration: types that a model of a million parameters can learn from short answers, all checked by program.
/// </summary>
public static class ConstraintSet
{
    public static IReadOnlyList<ConstraintType> All { get; } =
    [
        .. new[]
        {
            "title", "bracket_title", "letter_case", "initial_letter", "quoted_whole",
            "sentence_count", "paragraph_count", "separator", "bulleted_list", "numbered_list",
            "starts_with", "ends_with", "sentence_end", "postscript",
            "question_count", "exclamation_count", "placeholders",
        }.Select(ConstraintTypes.Get),
    ];

    /// <summary>
    /// What preference data never holds. Templates, types and topics of the test out of domain are known to the start (it could not read
    /// them otherwise); combinations of the test in domain are not.
    /// </summary>
    public static HoldOut HeldOut { get; } = HoldOut.Parse(["template=0.2", "type=0.2", "topic=0.2", "combination=0.25"]);

    /// <summary>What the start never saw: combinations.</summary>
    public static HoldOut HeldOutOfTheStart { get; } = HoldOut.Parse(["combination=0.25"]);
}

/// <summary>Prompts of one kind.</summary>
/// <param name="Name">For example "out_topic_multi".</param>
/// <param name="InDomain">Types, templates and topics of the quads, in combinations that no quad has.</param>
/// <param name="Single">One constraint each; else two to four.</param>
public sealed record PromptSet(string Name, bool InDomain, bool Single, IReadOnlyList<ConstraintPrompt> Prompts);

/// <summary>Writes the demonstration's quads and prompts (<c>data synth</c> makes the same with the same options) and reads them.</summary>
public sealed class ExperimentData(string folder, CancellationToken interrupt)
{
    /// <summary>Apart from those of quads, which count from 1.</summary>
    private const ulong TestSeed = 900_001, ValidationSeed = 900_002;

    private static readonly (int Fewest, int Most) s_several = (2, 4), s_one = (1, 1);

    /// <summary>The file of a setting's training quads.</summary>
    public string Quads(Setting setting, int seed, int count)
    {
        SynthOptions options = Options((ulong)seed, s_several, ConstraintSet.HeldOut) with { Obey = setting.Obey,
            Confound = setting.Confound };
        return Write($"quads_{setting.Name}_{seed}_{count}.jsonl", options, null, count, sft: false);
    }

    /// <summary>
    /// In domain: combinations that no quad and no instruction of the start has. Out of domain: a third each of templates, types and topics
    /// that no quad has.
    /// </summary>
    /// <param name="prompts">Of each domain with several constraints; half as many with one.</param>
    public IReadOnlyList<PromptSet> Tests(int prompts)
    {
        List<PromptSet> sets = [
            Prompts("in_multi", true, false, HoldOutKind.Combination, TestSeed, prompts),
            Prompts("in_single", true, true, null, TestSeed, (prompts + 1) / 2)];
        HoldOutKind[] kinds = [HoldOutKind.Template, HoldOutKind.Type, HoldOutKind.Topic];
        foreach (HoldOutKind kind in kinds)
        {
            string name = kind.ToString().ToLowerInvariant();
            sets.Add(Prompts($"out_{name}_multi", false, false, kind, TestSeed, (prompts + kinds.Length - 1) / kinds.Length));
            sets.Add(Prompts($"out_{name}_single", false, true, kind, TestSeed, (prompts / 2 + kinds.Length - 1) / kinds.Length));
        }

        return sets;
    }

    /// <summary>In domain, apart from the tests.</summary>
    public IReadOnlyList<PromptSet> Validation(int prompts) =>
        [Prompts("validation_multi", true, false, HoldOutKind.Combination, ValidationSeed, prompts)];

    private PromptSet Prompts(string name, bool inDomain, bool single, HoldOutKind? split, ulong seed, int count) =>
        new(name,
            inDomain, single,
            ConstraintPrompts.Read(
                Write($"{name}_{count}.jsonl", Options(seed, single ? s_one : s_several, ConstraintSet.HeldOut), split, count, sft: true)));

    /// <summary>Short English answers under the demonstration's constraints.</summary>
    public static SynthOptions Options(ulong seed, (int Fewest, int Most) constraints, HoldOut holdOut) => new()
    {
        Seed = seed,
        Languages = [Language.English],
        FewestConstraints = constraints.Fewest,
        MostConstraints = constraints.Most,
        Types = ConstraintSet.All,
        IsBrief = true,
        HoldOut = holdOut,
    };

    /// <summary>Writes what <c>data synth --near 0</c> writes.</summary>
    public static void Write(string path, SynthOptions options, HoldOutKind? split, int count, bool sft, CancellationToken interrupt) =>
        new SynthRun(options, Environment.ProcessorCount, nearThreshold: null, contamination: null).Write(
            path, split, count, sft, _ => { }, interrupt);

    private string Write(string name, SynthOptions options, HoldOutKind? split, int count, bool sft)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, name);
        Write(path, options, split, count, sft, interrupt);
        return path;
    }
}
