using System.Text.Json;
using TraceFast.Training.Objectives;

namespace TraceFast.Training.Tests.Objectives;

/// <summary>CPO, SimPO, AlphaPO (TRL's CPOTrainer.cpo_loss) and ORPO's bonus term (ORPOTrainer.odds_ratio_loss).</summary>
public sealed class ReferenceFreeTests
{
    [Fact]
    public void Cpo_simpo_and_alphapo_equal_the_library()
    {
        LossFile file = new("reference_free.json");
        (double[] chosen, double[] rejected) = (file.Input("policy_chosen"), file.Input("policy_rejected"));
        int cases = 0;
        foreach (JsonElement c in file.Root.GetProperty("cases").EnumerateArray().Where(c => c.GetProperty("trainer").GetString() == "cpo"))
        {
            (double beta, double smoothing) = (c.GetProperty("beta").GetDouble(), c.GetProperty("label_smoothing").GetDouble());
            (double gamma, double alpha) = (LossFile.Get(c, "simpo_gamma"), LossFile.Get(c, "alpha"));
            string type = c.GetProperty("loss_type").GetString()!;
            PairLoss loss = (type, alpha) switch
            {
                ("simpo", 0) => new SimPoLoss(beta, gamma, smoothing),
                ("simpo", _) => new AlphaPoLoss(beta, gamma, alpha, smoothing),
                ("sigmoid", _) => new CpoLoss(new SigmoidLoss(beta, smoothing)),
                ("hinge", _) => new CpoLoss(new HingeLoss(beta)),
                ("ipo", _) => new CpoLoss(new IpoLoss(beta)),
                _ => throw new InvalidOperationException($"the oracle holds loss type {type}, which no test covers"),
            };
            PreferenceObjective objective = PreferenceObjective.Pair(loss, beta);
            Assert.False(objective.NeedsReference);
            // What the reference says must not matter.
            List<ObjectiveValue> values = chosen.Select((_, i) => objective.Evaluate([new(chosen[i], 1e9, 1), new(rejected[i], -1e9, 1)]))
                .ToList();
            string what = $"{type} beta {beta} smoothing {smoothing} gamma {gamma} alpha {alpha}";
            // A probability near 1 loses digits in the library, which takes exp(log p) to the power -alpha.
            double relative = alpha == 0 ? 1e-12 : 2e-11;
            LossFile.AssertClose(LossFile.Numbers(c.GetProperty("loss")), [.. values.Select(v => v.Loss)], what + " loss", relative);
            LossFile.AssertClose(
                LossFile.Numbers(c.GetProperty("grad_policy_chosen")), [.. values.Select(v => v.Gradient[0])], what + " gradient of chosen",
                relative);
            LossFile.AssertClose(
                LossFile.Numbers(c.GetProperty("grad_policy_rejected")), [.. values.Select(v => v.Gradient[1])],
                what + " gradient of rejected", relative);
            LossFile.AssertClose(
                LossFile.Numbers(c.GetProperty("chosen_rewards")), [.. values.Select(v => v.Rewards[0])], what + " reward of chosen", 1e-9);
            LossFile.AssertClose(
                LossFile.Numbers(c.GetProperty("rejected_rewards")), [.. values.Select(v => v.Rewards[1])], what + " reward of rejected",
                1e-9);
            cases++;
        }
        Assert.Equal(16, cases);
    }

    [Fact]
    public void Orpo_bonus_equals_the_library_and_the_loss_is_nll_minus_bonus()
    {
        LossFile file = new("reference_free.json");
        (double[] chosen, double[] rejected) = (file.Input("policy_chosen"), file.Input("policy_rejected"));
        int cases = 0;
        foreach (JsonElement c in file.Root.GetProperty("cases").EnumerateArray()
            .Where(c => c.GetProperty("trainer").GetString() == "orpo"))
        {
            OrpoLoss loss = new(c.GetProperty("beta").GetDouble());
            PairLossValue[] bonus = [.. chosen.Select((_, i) => loss.Bonus(chosen[i], rejected[i]))];
            string what = $"orpo beta {loss.Beta}";
            // 1 - exp(-1e-6) keeps ten digits in the library's form, sixteen here.
            LossFile.AssertClose(LossFile.Numbers(c.GetProperty("value")), [.. bonus.Select(v => v.Loss)], what, 1e-9);
            LossFile.AssertClose(
                LossFile.Numbers(c.GetProperty("grad_policy_chosen")), [.. bonus.Select(v => v.ChosenGradient)],
                what + " gradient of chosen", 1e-9);
            LossFile.AssertClose(
                LossFile.Numbers(c.GetProperty("grad_policy_rejected")), [.. bonus.Select(v => v.RejectedGradient)],
                what + " gradient of rejected", 1e-9);
            PairLossValue whole = loss.Evaluate(chosen[4], rejected[4]);
            Assert.Equal(-chosen[4] - bonus[4].Loss, whole.Loss, 15);
            Assert.Equal(-1 - bonus[4].ChosenGradient, whole.ChosenGradient, 15);
            cases++;
        }
        Assert.Equal(2, cases);
    }
}
