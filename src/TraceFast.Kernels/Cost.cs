namespace TraceFast.Kernels;

/// <summary>
/// What one call must do at least: arithmetic (a fused multiply-add is two operations; exp, tanh, rsqrt, a comparison and
/// a division are one each) and bytes that must cross memory when every operand is read once and every result written
/// once. Benchmarks divide measured time into it to print a share of the roofline.
/// </summary>
public readonly record struct Cost(double Flops, double Bytes)
{
    public static Cost operator +(Cost left, Cost right) => new(left.Flops + right.Flops, left.Bytes + right.Bytes);

    public static Cost Add(Cost left, Cost right) => left + right;
}
