using System.Text.Json;
using TraceFast.Training.Encoding;
using TraceFast.Training.Objectives;

namespace TraceFast.Training.Tests.Objectives;

/// <summary>
/// Every loss type of TRL's DPOTrainer.dpo_loss: loss, rewards and gradient of each pair, through the objective that training uses.
/// </summary>
public sealed class DpoFamilyTests
{
    [Fact]
    public void Losses_rewards_and_gradients_equal_the_library()
    {
        LossFile file = new("dpo_family.json");
        HashSet<string> seen = new();
        foreach (JsonElement c in file.Root.GetProperty("cases").EnumerateArray())
        {
            Check(file, c);
            seen.Add(
                c.GetProperty("loss_type").GetString()! + (c.TryGetProperty("ref_free", out _) ? "/ref_free" : "")
                    + (c.TryGetProperty("fdiv", out JsonElement f) ? "/" + f.GetString() : ""));
        }
        Assert.Equal(16, seen.Count);
    }

    private static void Check(LossFile file, JsonElement c)
    {
        string type = c.GetProperty("loss_type").GetString()!;
        double beta = c.GetProperty("beta").GetDouble();
        double smoothing = c.GetProperty("label_smoothing").GetDouble();
        string what = $"{type} beta {beta} smoothing {smoothing} {(c.TryGetProperty("fdiv", out JsonElement f) ? f.GetString() : "")} "
            + $"{(c.TryGetProperty("ref_free", out _) ? "reference-free" : "")}";
        Objective objective = Make(c, type, beta, smoothing);
        (double[] policyChosen, double[] policyRejected) = (file.Input("policy_chosen"), file.Input("policy_rejected"));
        (double[] refChosen, double[] refRejected) = (file.Input("ref_chosen"), file.Input("ref_rejected"));
        // Sums are given; one label each makes length averaging the identity, as the library's function sees it.
        List<SequenceLogProb[]> records = policyChosen.Select(
            (_, i) => new SequenceLogProb[] { new(policyChosen[i], refChosen[i], 1), new(policyRejected[i], refRejected[i], 1) }).ToList();
        IReadOnlyList<ObjectiveValue> values = objective.EvaluateMicroBatch(records);

        double[] losses = [.. values.Select(v => v.Loss)];
        double[] expected = LossFile.Numbers(c.GetProperty("loss"));
        if (objective.CouplesMicroBatch)
        {
            // The library returns losses by rank; which record a rank belongs to is ours to say.
            Array.Sort(losses);
            Array.Sort(expected);
        }
        LossFile.AssertClose(expected, losses, what + " loss");
        LossFile.AssertClose(
            LossFile.Numbers(c.GetProperty("grad_policy_chosen")), [.. values.Select(v => v.Gradient[0])], what + " gradient of chosen");
        LossFile.AssertClose(
            LossFile.Numbers(c.GetProperty("grad_policy_rejected")), [.. values.Select(v => v.Gradient[1])],
            what + " gradient of rejected");
        if (!c.TryGetProperty("ref_free", out _))
        {
            LossFile.AssertClose(
                LossFile.Numbers(c.GetProperty("chosen_rewards")), [.. values.Select(v => v.Rewards[0])], what + " reward of chosen");
            LossFile.AssertClose(
                LossFile.Numbers(c.GetProperty("rejected_rewards")), [.. values.Select(v => v.Rewards[1])], what + " reward of rejected");
        }
    }

    private static Objective Make(JsonElement c, string type, double beta, double smoothing)
    {
        if (type is "aot" or "aot_pair")
            return new AotObjective(new AotLoss(beta, smoothing, type == "aot_pair"), [SequenceRole.Chosen, SequenceRole.Rejected]);
        Divergence divergence = c.TryGetProperty("fdiv", out JsonElement f)
            ? f.GetString() == "js_divergence" ? new Divergence.JensenShannon() : new Divergence.Alpha(LossFile.Get(c, "alpha", 1))
            : new Divergence.ReverseKl();
        MarginPairLoss Of(MarginLoss loss) => new(loss, divergence, c.TryGetProperty("ref_free", out _));
        PairLoss pair = type switch
        {
            "sigmoid" => Of(new SigmoidLoss(beta, smoothing)),
            "robust" => Of(new RobustLoss(beta, smoothing)),
            "exo_pair" => Of(new ExoPairLoss(beta, smoothing)),
            "hinge" => Of(new HingeLoss(beta)),
            "ipo" => Of(new IpoLoss(beta)),
            "discopop" => Of(new DiscoPopLoss(beta)),
            "nca_pair" => new NcaPairLoss(beta),
            "sppo_hard" => new SppoHardLoss(beta),
            "apo_zero" => new ApoZeroLoss(beta),
            "apo_down" => new ApoDownLoss(beta),
            _ => throw new InvalidOperationException($"the oracle holds loss type {type}, which no test covers"),
        };
        return PreferenceObjective.Pair(pair, beta);
    }
}
