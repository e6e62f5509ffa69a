using System.Text.Json.Serialization;

namespace TraceFast.Experiments;

/// <summary>A condition under which methods are compared.</summary>
/// <param name="Obey">With which probability an answer obeys a constraint that both instructions of its quad share.</param>
/// <param name="Confound">The share of first answers that begin with a title that nobody asked for, of those that may have one.</param>
/// <param name="StartsFromSft">Methods start from the model after SFT on the same quads, as in the IOPO paper, not from the base
/// model.</param>
public sealed record Setting(string Name, string Title, string What, double Obey, double Confound, bool StartsFromSft)
{
    public static Setting Clean { get; } = new(
        "clean", "clean answers", "Every answer obeys all constraints of its instruction; all methods start from the base model.", 1, 0,
        false);

    public static Setting Noisy { get; } = new(
        "noisy", "noisy answers, from SFT",
        "Answers obey a constraint that both instructions share only half of the time; all methods "
            + "start from the model after SFT on the same quads, as in the paper.", 0.5, 0, true);

    public static Setting Confounded { get; } = new(
        "confounded", "confounded answers",
        "Every first answer that may have one begins with a title that nobody asked for; all methods start from the base model.", 1, 1,
        false);

    public static IReadOnlyList<Setting> All { get; } = [Clean, Noisy, Confounded];
}

/// <summary>A way of training on quads.</summary>
/// <param name="Overrides">What it adds to <see cref="ConfigFile"/>, which all have in common.</param>
/// <param name="Sequences">Sequences of a quad that its loss compares or copies: 2 or 4.</param>
public sealed record Method(string Name, string Title, IReadOnlyList<string> Overrides, bool HasBeta, int Sequences)
{
    /// <summary>The configuration in the model's folder.</summary>
    public const string ConfigFile = "experiment.yaml";

    private static readonly double[] s_learningRates = [3e-5, 1e-4, 3e-4, 1e-3];
    private static readonly double[] s_betas = [0.1, 0.5];

    /// <summary>Of a quad both answers, so that sixteen make a step of eight quads.</summary>
    public static Method Sft { get; } = new("sft", "SFT", ["stage=sft", "per_device_train_batch_size=16"], false, 2);

    /// <summary>(y1 over y2 | x1) only: the published baseline.</summary>
    public static Method Dpo { get; } = new("dpo", "DPO, one-sided", ["stage=dpo"], true, 2);

    public static Method DpoSymmetric { get; } = new("dpo_symmetric", "DPO, symmetric", ["stage=dpo", "pref_quads=dpo_symmetric"], true, 4);

    public static Method Iopo { get; } = new("iopo", "IOPO", ["stage=iopo"], true, 4);

    /// <summary>The likelihood of the answers keeps from falling (pref_ftx, in nats per token).</summary>
    public static Method IopoSft { get; } = new("iopo_sft", "IOPO + SFT term", ["stage=iopo", "pref_ftx=1.0"], true, 4);

    public static Method Input { get; } = new("input", "input preference only", ["stage=iopo", "pref_quads=input_symmetric"], true, 4);

    public static IReadOnlyList<Method> All { get; } = [Sft, Dpo, DpoSymmetric, Iopo, IopoSft, Input];

    /// <summary>
    /// What is tried on the validation split: the same learning rates for all and two values of b; SFT, which has no b, gets as many trials
    /// by further learning rates.
    /// </summary>
    public IReadOnlyList<Hyperparameters> Grid =>
        HasBeta ? [.. s_learningRates.SelectMany(lr => s_betas.Select(b => new Hyperparameters(lr, b)))]
            : [.. s_learningRates.Concat([2e-4, 5e-4, 2e-3, 4e-3]).Order().Select(lr => new Hyperparameters(lr))];
}

/// <summary>What is selected for a method: the learning rate, and b where the loss has one.</summary>
public sealed record Hyperparameters(double LearningRate, double? Beta = null)
{
    [JsonIgnore]
    public IEnumerable<string> Overrides =>
        Beta is { } b
            ? [Invariant($"learning_rate={LearningRate}"), Invariant($"pref_beta={b}")] : [Invariant($"learning_rate={LearningRate}")];

    public override string ToString() =>
        Beta is { } b ? Invariant($"lr {LearningRate:0.0e-0}, b {b}") : Invariant($"lr {LearningRate:0.0e-0}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How large a demonstration is.</summary>
/// <param name="Seeds">Of quads and their order; each seed is a training run of every method.</param>
/// <param name="Prompts">Test prompts with several constraints, for each domain; half as many with one.</param>
/// <param name="ValidationPrompts">Prompts by which hyperparameters are selected; 0: they are read from
/// <see cref="SelectedHyperparameters.FileName"/>.</param>
/// <param name="Trials">Points of the grid that are tried for each method; those after them are not.</param>
/// <param name="EqualTokens">Also trains methods that read two sequences of a quad on twice the quads.</param>
public sealed record ExperimentPlan(
    IReadOnlyList<Setting> Settings, int Seeds, int Quads, int Prompts, int ValidationPrompts, int Trials, bool EqualTokens)
{
    public static ExperimentPlan Quick { get; } = new([Setting.Noisy, Setting.Confounded], 1, 800, 200, 0, 0, false);

    public static ExperimentPlan Full { get; } = new(Setting.All, 5, 800, 500, 600, Method.Sft.Grid.Count, true);

    /// <summary>Whether what it chooses is what <c>demo</c> uses from then on; a smaller one is a trial.</summary>
    public bool IsWhole => this == Full;
}
