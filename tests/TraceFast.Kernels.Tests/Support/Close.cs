namespace TraceFast.Kernels.Tests.Support;

/// <summary>Comparisons that report the worst entry.</summary>
internal static class Close
{
    /// <summary>Every entry within <paramref name="relative"/> of the largest expected entry (at least <paramref name="floor"/>).</summary>
    public static void Assert(double[] expected, double[] found, double relative, string what, double floor = 1e-30)
    {
        Xunit.Assert.Equal(expected.Length, found.Length);
        double allowed = relative * Math.Max(floor, Largest(expected));
        for (int i = 0; i < expected.Length; i++)
            Xunit.Assert.True(
                Math.Abs(expected[i] - found[i]) <= allowed,
                FormattableString.Invariant($"{what}[{i}] is {found[i]:R}, expected {expected[i]:R} within {allowed:G3}"));
    }

    public static double Largest(double[] values) => values.Length == 0 ? 0 : values.Max(Math.Abs);

    /// <summary>Root-mean-square difference.</summary>
    public static double Error(double[] expected, double[] found) =>
        expected.Length == 0 ? 0 : Math.Sqrt(expected.Zip(found, (e, f) => (e - f) * (e - f)).Average());
}
