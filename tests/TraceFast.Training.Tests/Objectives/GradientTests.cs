using TraceFast.Training.Objectives;

namespace TraceFast.Training.Tests.Objectives;

/// <summary>Every closed-form gradient against central differences of its own loss, SFT term and length averaging included.</summary>
public sealed class GradientTests
{
    public static TheoryData<string> Losses => [.. s_all.Keys];

    private static readonly Dictionary<string, PairLoss> s_all = new()
    {
        ["sigmoid"] = new MarginPairLoss(new SigmoidLoss(0.3, 0.1)),
        ["robust"] = new MarginPairLoss(new RobustLoss(0.3, 0.1)),
        ["exo_pair"] = new MarginPairLoss(new ExoPairLoss(0.3, 0.05)),
        ["hinge"] = new MarginPairLoss(new HingeLoss(0.05)),
        ["ipo"] = new MarginPairLoss(new IpoLoss(0.3)),
        ["discopop"] = new MarginPairLoss(new DiscoPopLoss(0.3, 0.7)),
        ["holder"] = new MarginPairLoss(new HolderLoss(0.3, 1.7)),
        ["js"] = new MarginPairLoss(new SigmoidLoss(0.3), new Divergence.JensenShannon()),
        ["alpha"] = new MarginPairLoss(new SigmoidLoss(0.3), new Divergence.Alpha(0.5)),
        ["reference_free"] = new MarginPairLoss(new SigmoidLoss(0.3), new Divergence.ReverseKl(), true),
        ["nca_pair"] = new NcaPairLoss(0.3),
        ["sppo_hard"] = new SppoHardLoss(0.3),
        ["apo_zero"] = new ApoZeroLoss(0.3),
        ["apo_down"] = new ApoDownLoss(0.3),
        ["cpo"] = new CpoLoss(new SigmoidLoss(0.3, 0.1)),
        ["simpo"] = new SimPoLoss(2, 1.2),
        ["alphapo"] = new AlphaPoLoss(2, 1.2, 0.3),
        ["orpo"] = new OrpoLoss(0.4),
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void Gradient_is_the_derivative_of_the_loss(string name)
    {
        PairLoss loss = s_all[name];
        List<Objective> objectives = new() { PreferenceObjective.Pair(loss, 0.3, 0.2), PreferenceObjective.OutputSymmetric(loss, 0.3, 0.2),
            PreferenceObjective.InputSymmetric(loss, 0.3) };
        if (loss is MarginPairLoss { WithoutReference: false, Divergence: Divergence.ReverseKl } margin)
            objectives.AddRange(
            [
                PreferenceObjective.Iopo(margin.Loss, 0.3, 0.2), PreferenceObjective.IopoVerified(margin.Loss, 0.3, 0.2, 0.6, 1.7),
            ]);
        foreach (Objective objective in objectives)
        {
            SequenceLogProb[] s = [
                .. Enumerable.Range(0, objective.Roles.Count).Select(i => new SequenceLogProb(-3.1 - 1.3 * i, -3.7 - 0.9 * i, 3 + i))];
            double[] gradient = objective.Evaluate(s).Gradient;
            for (int i = 0; i < s.Length; i++)
            {
                const double Step = 1e-5;
                double At(double by)
                {
                    SequenceLogProb[] moved = [.. s];
                    moved[i] = s[i] with { Policy = s[i].Policy + by };
                    return objective.Evaluate(moved).Loss;
                }
                double difference = (At(Step) - At(-Step)) / (2 * Step);
                Assert.True(
                    Math.Abs(difference - gradient[i]) <= 1e-8 * Math.Max(1, Math.Abs(difference)),
                    $"{name}, {objective.Name}, {objective.Roles[i]}: gradient {gradient[i]:R}, central difference {difference:R}");
            }
        }
    }

    [Fact]
    public void A_certain_response_leaves_orpo_finite()
    {
        foreach ((double u, double v) in new[] { (0.0, 0.0), (0.0, -1.0), (-1.0, 0.0), (-800.0, -800.0), (-1e-17, -900.0) })
        {
            PairLossValue value = new OrpoLoss(0.1).Evaluate(u, v);
            Assert.True(
                double.IsFinite(value.Loss) && double.IsFinite(value.ChosenGradient) && double.IsFinite(value.RejectedGradient),
                $"({u}, {v}): {value}");
        }
    }
}
