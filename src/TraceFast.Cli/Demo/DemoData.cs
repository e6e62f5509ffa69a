using TraceFast.Constraints;
using TraceFast.Constraints.Quads.Synthetic;
using TraceFast.Evaluation.Constraints;

namespace TraceFast.Cli.Demo;

/// <summary>Prompts of one kind.</summary>
/// <param name="Name">For example "out_topic_multi".</param>
/// <param name="InDomain">Sorts, wordings and topics of the quads, in combinations that no quad has.</param>
/// <param name="Single">One constraint each; else two to four.</param>
/// <param name="Prompts">With their constraints.</param>
internal sealed record DemoSet(string Name, bool InDomain, bool Single, IReadOnlyList<ConstraintPrompt> Prompts);

/// <summary>Writes the demonstration's quads and prompts (<c>data synth</c> makes the same with the same options) and reads them.</summary>
internal sealed class DemoData(string folder, CancellationToken interrupt)
{
    /// <summary>Apart from those of quads, which count from 1.</summary>
    private const ulong TestSeed = 900_001, ValidationSeed = 900_002;

    private static readonly (int Fewest, int Most) s_several = (2, 4), s_one = (1, 1);

    /// <summary>The file of a regime's training quads.</summary>
    public string Quads(DemoRegime regime, int seed, int count)
    {
        SynthOptions options = Options((ulong)seed, s_several, DemoSorts.HeldOut) with { Obey = regime.Obey, Confound = regime.Confound };
        return Write($"quads_{regime.Name}_{seed}_{count}.jsonl", options, null, count, sft: false);
    }

    /// <summary>In domain: combinations that no quad and no instruction of the start has. Out of domain: a third each of wordings, sorts and topics that no quad has.</summary>
    /// <param name="prompts">Of each domain with several constraints; half as many with one.</param>
    public IReadOnlyList<DemoSet> Tests(int prompts)
    {
        List<DemoSet> sets = [Prompts("in_multi", true, false, HoldOutKind.Combination, TestSeed, prompts), Prompts("in_single", true, true, null, TestSeed, (prompts + 1) / 2)];
        HoldOutKind[] kinds = [HoldOutKind.Wording, HoldOutKind.Sort, HoldOutKind.Topic];
        foreach (HoldOutKind kind in kinds)
        {
            string name = kind.ToString().ToLowerInvariant();
            sets.Add(Prompts($"out_{name}_multi", false, false, kind, TestSeed, (prompts + kinds.Length - 1) / kinds.Length));
            sets.Add(Prompts($"out_{name}_single", false, true, kind, TestSeed, (prompts / 2 + kinds.Length - 1) / kinds.Length));
        }

        return sets;
    }

    /// <summary>In domain, apart from the tests.</summary>
    public IReadOnlyList<DemoSet> Validation(int prompts) => [Prompts("validation_multi", true, false, HoldOutKind.Combination, ValidationSeed, prompts)];

    private DemoSet Prompts(string name, bool inDomain, bool single, HoldOutKind? split, ulong seed, int count) =>
        new(name, inDomain, single, ConstraintPrompts.Read(Write($"{name}_{count}.jsonl", Options(seed, single ? s_one : s_several, DemoSorts.HeldOut), split, count, sft: true)));

    /// <summary>Short English answers under the demonstration's constraints.</summary>
    public static SynthOptions Options(ulong seed, (int Fewest, int Most) constraints, HoldOut holdOut) => new()
    {
        Seed = seed,
        Languages = [Language.English],
        FewestConstraints = constraints.Fewest,
        MostConstraints = constraints.Most,
        Sorts = DemoSorts.All,
        IsBrief = true,
        HoldOut = holdOut,
    };

    /// <summary>Writes what <c>data synth --near 0</c> writes.</summary>
    public static void Write(string path, SynthOptions options, HoldOutKind? split, int count, bool sft, CancellationToken interrupt) =>
        new SynthRun(options, Environment.ProcessorCount, nearThreshold: null, contamination: null).Write(path, split, count, sft, _ => { }, interrupt);

    private string Write(string name, SynthOptions options, HoldOutKind? split, int count, bool sft)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, name);
        Write(path, options, split, count, sft, interrupt);
        return path;
    }
}
