using TraceFast.Training.Steps;

namespace TraceFast.Training.Configuration;

/// <summary>What is compared in a quad; the objectives have the formulas.</summary>
public enum QuadPreference
{
    Iopo,
    Dpo,
    DpoSymmetric,
    Input,
    InputSymmetric,
    IopoVerified,
}

// The keys of group Method: the stage, its loss and its reference model.
public sealed partial class RunConfiguration
{
    [Key(KeyGroup.Method, "sft", "what is trained, and which records are read")]
    public Stage Stage => Get<Stage>();

    [Key(
        KeyGroup.Method, "sigmoid", "the preference loss",
        Choices = [
            "sigmoid", "hinge", "ipo", "robust", "exo_pair", "nca_pair", "sppo_hard", "aot", "aot_pair", "apo_zero", "apo_down",
            "discopop", "holder", "cpo", "simpo", "alphapo", "orpo"],
        Unsupported = "kto_pair: KTO needs mismatched prompt-response pairs with each record, which no record layout has; "
            + "use sigmoid or another pairwise loss")]
    public string PrefLoss => Get<string>();

    [Key(KeyGroup.Method, "0.1", "beta of the preference loss", Min = 0, Above = true)]
    public double PrefBeta => Get<double>();

    [Key(KeyGroup.Method, "0", "weight of the SFT term on preferred responses", Min = 0)]
    public double PrefFtx => Get<double>();

    [Key(KeyGroup.Method, "false", "scale chosen and rejected gradients so that the chosen does not fall (reward calibration)")]
    public bool PrefCalibrate => Get<bool>();

    [Key(KeyGroup.Method, "0.98", "share of the former average that a step of pref_calibrate keeps", Min = 0, Max = 0.999999)]
    public double PrefCalibrateDecay => Get<double>();

    [Key(KeyGroup.Method, null, "what is compared in a quad (default: iopo in stage iopo, dpo in stage dpo)")]
    private QuadPreference? PrefQuads => Get<QuadPreference?>();

    public QuadPreference QuadPreference => PrefQuads ?? (Stage == Stage.Iopo ? QuadPreference.Iopo : QuadPreference.Dpo);

    [Key(KeyGroup.Method, "1", "iopo_verified: weight of iopo's own comparison; 0: its rejected sequences are not computed", Min = 0)]
    public double VerifiedIopoWeight => Get<double>();

    [Key(KeyGroup.Method, "1", "iopo_verified: weight of each comparison with an answer that fails (failed1, failed2)", Min = 0)]
    public double VerifiedFailureWeight => Get<double>();

    [Key(KeyGroup.Method, "0", "label smoothing in stage dpo", Min = 0, Max = 0.499999)]
    private double DpoLabelSmoothing => Get<double>();

    [Key(KeyGroup.Method, "0", "label smoothing in stage iopo", Min = 0, Max = 0.499999)]
    private double IopoLabelSmoothing => Get<double>();

    /// <summary>The label smoothing of the stage.</summary>
    public double LabelSmoothing => Stage == Stage.Iopo ? IopoLabelSmoothing : DpoLabelSmoothing;

    [Key(KeyGroup.Method, "0.5", "target margin of simpo and alphapo", Min = 0)]
    public double SimpoGamma => Get<double>();

    [Key(KeyGroup.Method, "0.25", "alpha of alphapo")]
    public double AlphapoAlpha => Get<double>();

    [Key(KeyGroup.Method, "1", "weight of cpo's own SFT term", Min = 0)]
    public double CpoAlpha => Get<double>();

    [Key(KeyGroup.Method, "0.05", "temperature of discopop", Min = 0, Max = 0.999999, Above = true)]
    public double DiscopopTau => Get<double>();

    [Key(
        KeyGroup.Method, "2", "gamma of holder: the larger, the less is learned from records that the policy finds unlikely", Min = 0,
        Above = true)]
    public double HolderGamma => Get<double>();

    [Key(KeyGroup.Method, "false", "treat the reference's log-probabilities as 0")]
    public bool ReferenceFree => Get<bool>();

    [Key(
        KeyGroup.Method, "reverse_kl", "the divergence that holds the policy to the reference",
        Choices = ["reverse_kl", "js_divergence", "alpha_divergence"])]
    public string FDivergenceType => Get<string>();

    [Key(KeyGroup.Method, "1", "alpha of alpha_divergence", Min = 0, Above = true)]
    public double FAlphaDivergenceCoef => Get<double>();

    /// <summary>start, base, or the folder of a model or an adapter (ref_model is the same setting).</summary>
    [Key(
        KeyGroup.Method, "start", "start (the policy before step 1), base (adapters off), or a model or adapter folder", Compared = false)]
    public string Reference => RefModel ?? Get<string>();

    [Key(KeyGroup.Method, null, "folder of the reference model; as reference: FOLDER", Compared = false)]
    private string? RefModel => Get<string?>();

    [Key(KeyGroup.Method, null, "folder of an adapter on the reference model", Compared = false)]
    public string? RefModelAdapters => Get<string?>();

    [Key(KeyGroup.Method, "records", "the weight of a record in its step", Alias = "loss_normalisation")]
    public LossReduction LossReduction => Get<LossReduction>();

    [Key(KeyGroup.Method, "token", "the weight of a token in its step", Alias = "sft_loss_normalisation")]
    public SftLossReduction SftLossReduction => Get<SftLossReduction>();
}
