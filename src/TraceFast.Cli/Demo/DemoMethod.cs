using System.Globalization;
using System.Text.Json.Serialization;

namespace TraceFast.Cli.Demo;

/// <summary>A way of training on quads.</summary>
/// <param name="Name">As in files.</param>
/// <param name="Title">As in tables.</param>
/// <param name="Overrides">What it adds to <see cref="Settings"/>, which all have in common.</param>
/// <param name="HasBeta">Whether b is chosen.</param>
/// <param name="Sequences">Sequences of a quad that its loss compares or copies: 2 or 4.</param>
internal sealed record DemoMethod(string Name, string Title, IReadOnlyList<string> Overrides, bool HasBeta, int Sequences)
{
    /// <summary>The configuration in the model's folder.</summary>
    public const string Settings = "study.yaml";

    private static readonly double[] s_learningRates = [3e-5, 1e-4, 3e-4, 1e-3];
    private static readonly double[] s_betas = [0.1, 0.5];

    /// <summary>Of a quad both answers, so that sixteen make a step of eight quads.</summary>
    public static DemoMethod Sft { get; } = new("sft", "SFT", ["stage=sft", "per_device_train_batch_size=16"], false, 2);

    /// <summary>(y1 over y2 | x1) only: the published baseline.</summary>
    public static DemoMethod Dpo { get; } = new("dpo", "DPO, one-sided", ["stage=dpo"], true, 2);

    public static DemoMethod DpoSymmetric { get; } = new("dpo_symmetric", "DPO, symmetric", ["stage=dpo", "pref_quads=dpo_symmetric"], true, 4);

    public static DemoMethod Iopo { get; } = new("iopo", "IOPO", ["stage=iopo"], true, 4);

    /// <summary>The likelihood of the answers keeps from falling (pref_ftx, in nats per token).</summary>
    public static DemoMethod IopoSft { get; } = new("iopo_sft", "IOPO + SFT term", ["stage=iopo", "pref_ftx=1.0"], true, 4);

    public static DemoMethod Input { get; } = new("input", "input preference only", ["stage=iopo", "pref_quads=input_symmetric"], true, 4);

    public static IReadOnlyList<DemoMethod> All { get; } = [Sft, Dpo, DpoSymmetric, Iopo, IopoSft, Input];

    /// <summary>What is tried on the validation split: the same learning rates for all and two values of b; SFT, which has no b, gets as many trials by further learning rates.</summary>
    public IReadOnlyList<DemoChoice> Grid =>
        HasBeta ? [.. s_learningRates.SelectMany(lr => s_betas.Select(b => new DemoChoice(lr, b)))] : [.. s_learningRates.Concat([2e-4, 5e-4, 2e-3, 4e-3]).Order().Select(lr => new DemoChoice(lr))];
}

/// <summary>What is chosen for a method: the learning rate, and b where the loss has one.</summary>
internal sealed record DemoChoice(double LearningRate, double? Beta = null)
{
    [JsonIgnore]
    public IEnumerable<string> Overrides => Beta is { } b ? [Invariant($"learning_rate={LearningRate}"), Invariant($"pref_beta={b}")] : [Invariant($"learning_rate={LearningRate}")];

    public override string ToString() => Beta is { } b ? Invariant($"lr {LearningRate:0.0e-0}, b {b}") : Invariant($"lr {LearningRate:0.0e-0}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
