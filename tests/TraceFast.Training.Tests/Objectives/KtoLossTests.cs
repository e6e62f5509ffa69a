using System.Text.Json;
using TraceFast.Training;

namespace TraceFast.Tests.Training.Objectives;

public sealed class KtoLossTests
{
    [Fact]
    public void Kto_and_unpaired_apo_equal_the_library()
    {
        var file = new LossFile("kto.json");
        (double[] policyChosen, double[] policyRejected) = (file.Input("policy_chosen"), file.Input("policy_rejected"));
        (double[] refChosen, double[] refRejected) = (file.Input("ref_chosen"), file.Input("ref_rejected"));
        int cases = 0;
        foreach (JsonElement c in file.Root.GetProperty("cases").EnumerateArray())
        {
            var loss = new KtoLoss(c.GetProperty("beta").GetDouble(), c.GetProperty("desirable_weight").GetDouble(), c.GetProperty("undesirable_weight").GetDouble());
            double anchor = c.GetProperty("kl").GetDouble();
            double[] expectedRejected = LossFile.Numbers(c.GetProperty("grad_policy_rejected"));
            MarginValue[] desirable = [.. policyChosen.Select((p, i) => loss.Desirable(p - refChosen[i], anchor))];
            MarginValue[] undesirable = [.. expectedRejected.Select((_, i) => loss.Undesirable(policyRejected[i] - refRejected[i], anchor))];
            string what = $"{c.GetProperty("loss_type")} beta {loss.Beta} kl {anchor}";
            LossFile.AssertClose(LossFile.Numbers(c.GetProperty("losses_chosen_then_rejected")), [.. desirable.Select(v => v.Loss), .. undesirable.Select(v => v.Loss)], what);
            LossFile.AssertClose(LossFile.Numbers(c.GetProperty("grad_policy_chosen")), [.. desirable.Select(v => v.Slope)], what + " gradient of chosen");
            LossFile.AssertClose(expectedRejected, [.. undesirable.Select(v => v.Slope)], what + " gradient of rejected");
            cases++;
        }
        Assert.Equal(8, cases);
    }

    [Fact]
    public void The_anchor_is_the_mean_log_ratio_and_never_negative()
    {
        Assert.Equal(1.5, KtoLoss.Anchor([-3, -4], [-5, -5]));
        Assert.Equal(0, KtoLoss.Anchor([-5, -5], [-3, -4]));
        Assert.Equal(0, KtoLoss.Anchor([], []));
    }
}
