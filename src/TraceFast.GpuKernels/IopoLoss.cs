using System.Numerics;
using ILGPU;
using TraceFast.GpuKernels.Device;

namespace TraceFast.GpuKernels;

/// <summary>
/// The four-term IOPO loss of a batch of quads (arXiv 2411.06208, eq. 8) and its derivative to every token's log-probability, in one
/// launch.
/// Sequences 4q to 4q + 3 of quad q are x1y1, x1y2, x2y2, x2y1; sequence s has the tokens [segments[s], segments[s + 1]).
///
///     S[s] = sum of logp over s,   R[s] = S[s] - reference[s]
///     D    = R[4q] - R[4q+1] + R[4q+2] - R[4q+3]
///     L    = -(1 - e) log s(bD) - e log s(-bD) - f * (mean logp of x1y1 + mean logp of x2y2)
///     slope[token] = weight[q] dL/dlogp
///
/// Four warps, one for each sequence: lane by lane, then a tree of shuffles in double, whatever else is in the batch. No atomics: the same
/// bits in every run.
/// </summary>
public static class IopoLoss
{
    public const int Threads = 128;

    public static void Run<T, TElement>(
        ArrayView<T> logp, ArrayView<int> segments, ArrayView<double> reference, ArrayView<double> weight, ArrayView<T> slope,
        ArrayView<double> loss, ArrayView<double> margin, ArrayView<double> sums, int quads, double beta, double smoothing, double ftx)
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<T, T>
    {
        ArrayView<double> ratios = SharedMemory.Allocate<double>(4);
        ArrayView<double> means = SharedMemory.Allocate<double>(4);
        int lane = Warp.LaneIdx;
        int warp = Group.IdxX / Reduction.Lanes;
        int warps = Group.DimX / Reduction.Lanes;
        for (int quad = Grid.IdxX; quad < quads; quad += Grid.DimX)
        {
            for (int role = warp; role < 4; role += warps)
            {
                int sequence = 4 * quad + role;
                int begin = segments[sequence];
                int end = segments[sequence + 1];
                double sum = 0.0;
                for (int t = begin + lane; t < end; t += Reduction.Lanes)
                    sum += TElement.ToDouble(logp[t]);
                sum = Reduction.WarpSum(sum);
                if (lane == 0)
                {
                    sums[sequence] = sum;
                    ratios[role] = sum - reference[sequence];
                    means[role] = sum / IntrinsicMath.Max(1, end - begin);
                }
            }
            Group.Barrier();
            double d = (ratios[0] - ratios[1]) + (ratios[2] - ratios[3]);
            double x = beta * d;
            double positive = Functions.Sigmoid<double, Float64>(x, out double negative);
            double logPositive = Functions.LogSigmoid<double, Float64>(x, out double logNegative);
            double slopeOfMargin = beta * (smoothing * positive - (1.0 - smoothing) * negative);
            if (Group.IdxX == 0)
            {
                margin[quad] = d;
                loss[quad] = -(1.0 - smoothing) * logPositive - smoothing * logNegative - ftx * (means[0] + means[2]);
            }
            for (int role = warp; role < 4; role += warps)
            {
                int begin = segments[4 * quad + role];
                int end = segments[4 * quad + role + 1];
                bool preferred = role == 0 || role == 2;
                double own = preferred ? slopeOfMargin - ftx / IntrinsicMath.Max(1, end - begin) : -slopeOfMargin;
                T value = TElement.From(own * weight[quad]);
                for (int t = begin + lane; t < end; t += Reduction.Lanes)
                    slope[t] = value;
            }
            Group.Barrier(); // shared memory is written again
        }
    }
}
