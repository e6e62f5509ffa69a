using TraceFast.Training.Configuration;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Objectives;

/// <summary>Creates the configured objective for the layout of the records.</summary>
public static class ObjectiveFactory
{
    /// <exception cref="InputException">The stage does not train on that layout.</exception>
    public static Objective Create(RunConfiguration c, RecordLayout layout) => (c.Stage, layout) switch
    {
        (Stage.Sft, RecordLayout.Sft) => new SftObjective(),
        (Stage.Grpo, RecordLayout.Prompt) => new GrpoObjective(),
        (Stage.Dpo, RecordLayout.Pair) => c.IsGiven("pref_quads")
            ? throw new InputException(
                $"{c.Where("pref_quads")}: pref_quads chooses what is compared in quads, but the data set holds pairs; remove it")
            : Compare(c, [SequenceRole.Chosen, SequenceRole.Rejected], PreferenceObjective.Pair),
        (Stage.Dpo or Stage.Iopo, RecordLayout.Quad) => c.QuadPreference switch
        {
            QuadPreference.Iopo => Calibrated(c, PreferenceObjective.Iopo(Margin(c), c.PrefBeta, c.PrefFtx)),
            QuadPreference.IopoVerified => Calibrated(
                c, PreferenceObjective.IopoVerified(Margin(c), c.PrefBeta, c.PrefFtx, c.VerifiedIopoWeight, c.VerifiedFailureWeight)),
            QuadPreference.Dpo => Compare(c, [SequenceRole.X1Y1, SequenceRole.X1Y2], PreferenceObjective.Output),
            QuadPreference.Input => Compare(c, [SequenceRole.X1Y1, SequenceRole.X2Y1], PreferenceObjective.Input),
            QuadPreference.DpoSymmetric => Compare(c, null, PreferenceObjective.OutputSymmetric),
            _ => Compare(c, null, PreferenceObjective.InputSymmetric),
        },
        _ => throw new InputException(
            $"{c.Where("stage")}: stage: {c.Stage.ToString().ToLowerInvariant()} does not train "
                + $"on {layout.ToString().ToLowerInvariant()} records; "
            + "sft reads conversations, dpo pairs or quads, iopo quads, grpo prompts"),
    };

    /// <param name="roles">The roles of its one comparison; null where it has two.</param>
    private static Objective Compare(RunConfiguration c, SequenceRole[]? roles, Func<PairLoss, double, double, PreferenceObjective> make)
    {
        if (c.PrefLoss is "aot" or "aot_pair")
        {
            return roles == null
                ? throw new InputException(
                    $"{c.Where("pref_loss")}: pref_loss: {c.PrefLoss} compares by rank within a micro-batch, which two "
                        + "comparisons per record do not have; "
                    + "use pref_quads: dpo or input")
                : new AotObjective(new AotLoss(c.PrefBeta, c.LabelSmoothing, c.PrefLoss == "aot_pair"), roles, c.PrefFtx);
        }
        double ftx = c.PrefFtx + (c.PrefLoss == "cpo" ? c.CpoAlpha : 0);
        return Calibrated(c, make(Pair(c), c.PrefBeta, ftx));
    }

    private static PreferenceObjective Calibrated(RunConfiguration c, PreferenceObjective objective)
    {
        objective.IsCalibrated = c.PrefCalibrate;
        return objective;
    }

    private static PairLoss Pair(RunConfiguration c) => c.PrefLoss switch
    {
        "nca_pair" => new NcaPairLoss(c.PrefBeta),
        "sppo_hard" => new SppoHardLoss(c.PrefBeta),
        "apo_zero" => new ApoZeroLoss(c.PrefBeta),
        "apo_down" => new ApoDownLoss(c.PrefBeta),
        "cpo" => new CpoLoss(new SigmoidLoss(c.PrefBeta, c.LabelSmoothing)),
        "simpo" => new SimPoLoss(c.PrefBeta, c.SimpoGamma, c.LabelSmoothing),
        "alphapo" => new AlphaPoLoss(c.PrefBeta, c.SimpoGamma, c.AlphapoAlpha, c.LabelSmoothing),
        "orpo" => new OrpoLoss(c.PrefBeta),
        _ => new MarginPairLoss(Margin(c), Penalty(c), c.ReferenceFree),
    };

    private static MarginLoss Margin(RunConfiguration c) => c.PrefLoss switch
    {
        "sigmoid" => new SigmoidLoss(c.PrefBeta, c.LabelSmoothing),
        "hinge" => new HingeLoss(c.PrefBeta),
        "ipo" => new IpoLoss(c.PrefBeta),
        "robust" => new RobustLoss(c.PrefBeta, c.LabelSmoothing),
        "exo_pair" => new ExoPairLoss(c.PrefBeta, c.LabelSmoothing),
        "discopop" => new DiscoPopLoss(c.PrefBeta, c.DiscopopTau),
        "holder" => new HolderLoss(c.PrefBeta, c.HolderGamma),
        _ => throw new InputException(
            $"{c.Where("pref_loss")}: pref_loss: {c.PrefLoss} is not a loss of one margin; expected sigmoid, hinge, "
                + "ipo, robust, exo_pair, discopop or holder"),
    };

    private static Divergence Penalty(RunConfiguration c) => c.FDivergenceType switch
    {
        "js_divergence" => new Divergence.JensenShannon(),
        "alpha_divergence" => new Divergence.Alpha(c.FAlphaDivergenceCoef),
        _ => new Divergence.ReverseKl(),
    };
}
