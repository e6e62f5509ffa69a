using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;

namespace TraceFast.GpuKernels.Device;

/// <summary>
/// Sums over a group in one fixed order: lanes by a tree of shuffles, then warps one after another. ILGPU.Algorithms' own
/// GroupExtensions.AllReduce adds the warps by shared-memory atomics on PTX: another order in each run.
/// Shared memory is the caller's, one slot for each warp, allocated once outside any loop. A warp has 32 lanes: the steps are written
/// out, because ILGPU unrolls no loop over Warp.WarpSize.
/// </summary>
internal static class Reduction
{
    /// <summary>Most warps of a group.</summary>
    public const int Warps = 32;

    public const int Lanes = 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T WarpSum<T>(T value)
        where T : unmanaged, INumber<T>
    {
        value += Warp.ShuffleDown(value, 16);
        value += Warp.ShuffleDown(value, 8);
        value += Warp.ShuffleDown(value, 4);
        value += Warp.ShuffleDown(value, 2);
        value += Warp.ShuffleDown(value, 1);
        return value;
    }

    /// <summary>The sum, in every thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T GroupSum<T>(T value, ArrayView<T> slots)
        where T : unmanaged, INumber<T>
    {
        value = WarpSum(value);
        if (Warp.LaneIdx == 0)
            slots[Group.IdxX / Lanes] = value;
        Group.Barrier();
        T sum = slots[0];
        for (int warp = 1; warp < Group.DimX / Lanes; ++warp)
            sum += slots[warp];
        Group.Barrier();
        return sum;
    }

    /// <summary>The largest value, in every thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T GroupMax<T>(T value, ArrayView<T> slots)
        where T : unmanaged, INumber<T>
    {
        value = Larger(value, Warp.ShuffleDown(value, 16));
        value = Larger(value, Warp.ShuffleDown(value, 8));
        value = Larger(value, Warp.ShuffleDown(value, 4));
        value = Larger(value, Warp.ShuffleDown(value, 2));
        value = Larger(value, Warp.ShuffleDown(value, 1));
        if (Warp.LaneIdx == 0)
            slots[Group.IdxX / Lanes] = value;
        Group.Barrier();
        T most = slots[0];
        for (int warp = 1; warp < Group.DimX / Lanes; ++warp)
            most = Larger(most, slots[warp]);
        Group.Barrier();
        return most;
    }

    /// <summary>Joins (max, sum of e^(z - max)) pairs of an online log-sum-exp, in every thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GroupLogSumExp(ref float most, ref float sum, ArrayView<float> slotsOfMost, ArrayView<float> slotsOfSum)
    {
        Join(ref most, ref sum, Warp.ShuffleDown(most, 16), Warp.ShuffleDown(sum, 16));
        Join(ref most, ref sum, Warp.ShuffleDown(most, 8), Warp.ShuffleDown(sum, 8));
        Join(ref most, ref sum, Warp.ShuffleDown(most, 4), Warp.ShuffleDown(sum, 4));
        Join(ref most, ref sum, Warp.ShuffleDown(most, 2), Warp.ShuffleDown(sum, 2));
        Join(ref most, ref sum, Warp.ShuffleDown(most, 1), Warp.ShuffleDown(sum, 1));
        if (Warp.LaneIdx == 0)
        {
            slotsOfMost[Group.IdxX / Lanes] = most;
            slotsOfSum[Group.IdxX / Lanes] = sum;
        }
        Group.Barrier();
        most = slotsOfMost[0];
        sum = slotsOfSum[0];
        for (int warp = 1; warp < Group.DimX / Lanes; ++warp)
            Join(ref most, ref sum, slotsOfMost[warp], slotsOfSum[warp]);
        Group.Barrier();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Larger<T>(T a, T b)
        where T : unmanaged, INumber<T> => a > b ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(ref float most, ref float sum, float otherMost, float otherSum)
    {
        float larger = IntrinsicMath.Max(most, otherMost);
        sum = sum * SingleMath.Exp(most - larger) + otherSum * SingleMath.Exp(otherMost - larger);
        most = larger;
    }
}
