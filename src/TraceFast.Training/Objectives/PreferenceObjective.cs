using TraceFast.Kernels.IopoLoss;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Objectives;

/// <summary>One preference inside a record: the sum of the chosen log-ratios is to exceed that of the rejected.</summary>
/// <param name="Chosen">Places in the objective's roles.</param>
/// <param name="Rejected">Places in the objective's roles.</param>
/// <param name="Weight">Of its loss.</param>
public sealed record Comparison(IReadOnlyList<int> Chosen, IReadOnlyList<int> Rejected, double Weight = 1);

/// <summary>
/// A pair loss on each comparison of a record plus the SFT term on what is preferred:
/// <code>
///   L = sum over comparisons of weight * loss(u, v) + ftx * sum over preferred sequences of -policy / labels
///   u = sum of the chosen log-ratios, v = sum of the rejected, a log-ratio being policy - reference, each divided by its labels
///       where the loss is length-averaged
/// </code>
/// Comparisons, where xiyj is response yj to prompt xi:
/// <code>
///   pair                chosen > rejected
///   iopo                x1y1 + x2y2 > x1y2 + x2y1          arXiv 2411.06208, eq. 8
///   dpo                 x1y1 > x1y2                        (y1 preferred to y2 for x1: the published baseline)
///   dpo_symmetric       x1y1 > x1y2  and  x2y2 > x2y1
///   input               x1y1 > x2y1                        (x1 preferred to x2 for y1)
///   input_symmetric     x1y1 > x2y1  and  x2y2 > x1y2
///   iopo_verified       iopo's, x1y1 > x1f1 and x2y2 > x2f2   f: an answer of the policy's own that fails
/// </code>
/// Weights are 1 but in iopo_verified, where a comparison is left out of whose f none is known, and the SFT term of a y that is known to
/// break its x.
/// To first order in beta iopo, dpo_symmetric and input_symmetric have the same gradient, because their margins add up to the same D.
/// </summary>
public sealed class PreferenceObjective : Objective
{
    private static readonly Comparison s_firstOverSecond = new([0], [1]);
    private static readonly SequenceRole[] s_allOfQuad = [SequenceRole.X1Y1, SequenceRole.X1Y2, SequenceRole.X2Y2, SequenceRole.X2Y1];

    private static readonly SequenceRole[] s_preferred = [SequenceRole.Chosen, SequenceRole.X1Y1, SequenceRole.X2Y2];

    private readonly PairLoss _loss;
    private readonly IReadOnlyList<Comparison> _comparisons;
    private readonly int[] _preferred;
    private readonly double _beta;
    private readonly double _ftx;

    private PreferenceObjective(
        string name, IReadOnlyList<SequenceRole> roles, IReadOnlyList<Comparison> comparisons, PairLoss loss, double beta, double ftx)
    {
        (Name, Roles, _comparisons, _loss, _beta, _ftx) = (name, roles, comparisons, loss, beta, ftx);
        _preferred = [.. Enumerable.Range(0, roles.Count).Where(i => s_preferred.Contains(roles[i]))];
    }

    public override string Name { get; }

    public override IReadOnlyList<SequenceRole> Roles { get; }

    public override bool NeedsReference => _comparisons.Count > 0 && !_loss.ReferenceFree;

    /// <summary>Settings of the iopo_loss kernel where it is this objective (IOPO with the sigmoid loss); else null.</summary>
    public IopoLossOptions? KernelOptions => IsCalibrated ? null : Kernel;

    /// <summary>Whether <see cref="Calibration"/> is set for each step.</summary>
    public bool IsCalibrated { get; set; }

    /// <summary>
    /// Multiplies the gradients of the preferred sequences and divides those of the others (<see cref="RewardCalibration"/>); the loss and
    /// the SFT term stay.
    /// </summary>
    public double Calibration { get; set; } = 1;

    /// <summary>The roles that comparisons prefer.</summary>
    public IReadOnlyList<SequenceRole> PreferredRoles => [.. _preferred.Select(i => Roles[i])];

    private IopoLossOptions? Kernel { get; init; }

    /// <summary>The SFT term leaves out what is known to break its instruction.</summary>
    private bool VerifiedOnly { get; init; }

    /// <summary>chosen over rejected, on pairs.</summary>
    /// <param name="beta">Scales the rewards that are reported.</param>
    /// <param name="ftx">Weight of the SFT term, <c>pref_ftx</c>.</param>
    public static PreferenceObjective Pair(PairLoss loss, double beta, double ftx = 0) =>
        new("dpo on pairs", [SequenceRole.Chosen, SequenceRole.Rejected], [s_firstOverSecond], loss, beta, ftx);

    /// <summary>Both prompts and both responses at once, on quads.</summary>
    public static PreferenceObjective Iopo(MarginLoss loss, double beta, double ftx = 0) =>
        new("iopo on quads", s_allOfQuad, [new Comparison([0, 2], [1, 3])], new MarginPairLoss(loss), beta, ftx)
        {
            Kernel = loss is SigmoidLoss sigmoid ? new IopoLossOptions(sigmoid.Beta, sigmoid.LabelSmoothing, ftx) : null,
        };

    /// <summary>y1 over y2 for x1, on quads; x2 is not read.</summary>
    public static PreferenceObjective Output(PairLoss loss, double beta, double ftx = 0) =>
        new("dpo on quads, one-sided", [SequenceRole.X1Y1, SequenceRole.X1Y2], [s_firstOverSecond], loss, beta, ftx);

    /// <summary>y1 over y2 for x1 and y2 over y1 for x2, on quads.</summary>
    public static PreferenceObjective OutputSymmetric(PairLoss loss, double beta, double ftx = 0) =>
        new("dpo on quads, symmetric", s_allOfQuad, [s_firstOverSecond, new Comparison([2], [3])], loss, beta, ftx);

    /// <summary>x1 over x2 for y1, on quads.</summary>
    public static PreferenceObjective Input(PairLoss loss, double beta, double ftx = 0) =>
        new("input preference on quads, one-sided", [SequenceRole.X1Y1, SequenceRole.X2Y1], [s_firstOverSecond], loss, beta, ftx);

    /// <summary>x1 over x2 for y1 and x2 over x1 for y2, on quads.</summary>
    public static PreferenceObjective InputSymmetric(PairLoss loss, double beta, double ftx = 0) =>
        new("input preference on quads, symmetric", s_allOfQuad, [new Comparison([0], [3]), new Comparison([2], [1])], loss, beta, ftx);

    /// <summary>
    /// iopo, y1 over an answer to x1 that fails, and y2 over one to x2: the six cells of a quad with own failures. A weight of 0 leaves its
    /// sequences out.
    /// </summary>
    /// <param name="iopo">Weight of the comparison of both prompts and responses.</param>
    /// <param name="failures">Weight of each comparison with a failing answer.</param>
    public static PreferenceObjective IopoVerified(MarginLoss loss, double beta, double ftx, double iopo, double failures)
    {
        List<SequenceRole> roles = [SequenceRole.X1Y1];
        List<Comparison> comparisons = [];
        roles.AddRange(iopo > 0 ? [SequenceRole.X1Y2, SequenceRole.X2Y2, SequenceRole.X2Y1] : [SequenceRole.X2Y2]);
        int second = roles.IndexOf(SequenceRole.X2Y2);
        if (iopo > 0)
            comparisons.Add(new Comparison([0, second], [1, second + 1], iopo));
        if (failures > 0)
        {
            comparisons.Add(new Comparison([0], [roles.Count], failures));
            comparisons.Add(new Comparison([second], [roles.Count + 1], failures));
            roles.AddRange([SequenceRole.X1F1, SequenceRole.X2F2]);
        }
        return new PreferenceObjective("iopo_verified on quads", roles, comparisons, new MarginPairLoss(loss), beta, ftx)
        {
            VerifiedOnly = true,
        };
    }

    public override ObjectiveValue Evaluate(ReadOnlySpan<SequenceLogProb> sequences)
    {
        int n = Roles.Count;
        (double[] ratio, double[] rewards, double[] gradient) = (Ratios(sequences), new double[n], new double[n]);
        for (int i = 0; i < n; i++)
            rewards[i] = _beta * _loss.Reward(ratio[i]);

        (double total, double margin, int right, int present) = (0, 0, 0, 0);
        foreach (Comparison c in _comparisons)
        {
            if (IsUnknown(c, sequences))
                continue;
            present++;
            total += c.Weight * Compare(c, sequences, ratio, gradient, Calibration);
            double gap = Sum(rewards, c.Chosen) - Sum(rewards, c.Rejected);
            margin += gap;
            right += gap > 0 ? 1 : 0;
        }

        if (_ftx != 0)
        {
            foreach (int i in _preferred)
            {
                if (VerifiedOnly && !sequences[i].Verified)
                    continue;
                total -= _ftx * sequences[i].Policy / sequences[i].Labels;
                gradient[i] -= _ftx / sequences[i].Labels;
            }
        }
        return new ObjectiveValue(total, gradient, rewards, margin, (double)right / Math.Max(1, present));
    }

    /// <summary>
    /// How strongly a record's comparisons ask for the preferred sequences to rise, and for the others to fall: the mean of -dL/dz and of
    /// dL/dz over them, z a sequence's log-probability, without the SFT term.
    /// </summary>
    public (double Preferred, double Others) Incentives(ReadOnlySpan<SequenceLogProb> sequences)
    {
        (double[] ratio, double[] gradient) = (Ratios(sequences), new double[Roles.Count]);
        foreach (Comparison c in _comparisons)
            if (!IsUnknown(c, sequences))
                Compare(c, sequences, ratio, gradient, calibration: 1);
        (double preferred, double others, int count) = (0, 0, 0);
        for (int i = 0; i < gradient.Length; i++)
        {
            if (_preferred.Contains(i))
                preferred -= gradient[i] / _preferred.Length;
            else if (sequences[i].Labels > 0)
                (others, count) = (others + gradient[i], count + 1);
        }
        return (preferred, others / Math.Max(1, count));
    }

    /// <summary>Whether a comparison's failing answer is not there.</summary>
    private bool IsUnknown(Comparison c, ReadOnlySpan<SequenceLogProb> sequences) =>
        c.Rejected is [int only] && Roles[only] is SequenceRole.X1F1 or SequenceRole.X2F2 && sequences[only].Labels == 0;

    private double[] Ratios(ReadOnlySpan<SequenceLogProb> sequences)
    {
        double[] ratios = new double[sequences.Length];
        for (int i = 0; i < ratios.Length; i++)
        {
            SequenceLogProb s = sequences[i];
            double difference = _loss.ReferenceFree ? s.Policy : s.Policy - s.Reference;
            ratios[i] = _loss.LengthAveraged ? difference / Math.Max(1, s.Labels) : difference;
        }
        return ratios;
    }

    /// <summary>Adds a comparison's weighted gradient.</summary>
    /// <returns>Its loss.</returns>
    private double Compare(
        Comparison c, ReadOnlySpan<SequenceLogProb> sequences, double[] ratio, double[] gradient, double calibration)
    {
        PairLossValue value = _loss.Evaluate(Sum(ratio, c.Chosen), Sum(ratio, c.Rejected));
        foreach (int i in c.Chosen)
            gradient[i] += calibration * c.Weight * value.ChosenGradient / (_loss.LengthAveraged ? sequences[i].Labels : 1);
        foreach (int i in c.Rejected)
            gradient[i] += c.Weight * value.RejectedGradient / calibration / (_loss.LengthAveraged ? sequences[i].Labels : 1);
        return value.Loss;
    }

    private static double Sum(double[] values, IReadOnlyList<int> places)
    {
        double sum = 0;
        foreach (int place in places)
            sum += values[place];
        return sum;
    }
}
