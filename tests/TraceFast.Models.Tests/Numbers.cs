using System.Globalization;

namespace TraceFast.Models.Tests;

/// <summary>Values of tensors, and how far they lie from what is expected.</summary>
internal static class Numbers
{
    public static double[] Doubles(torch.Tensor tensor)
    {
        using IDisposable _ = torch.no_grad();
        using torch.Tensor wide = tensor.detach().to(torch.ScalarType.Float64, torch.CPU).contiguous();
        return wide.data<double>().ToArray();
    }

    /// <summary>Every value within <paramref name="tolerance"/> (absolute); none is NaN.</summary>
    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {actual.Length} values, expected {expected.Length}");
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(expected[i] - actual[i]);
            if (!(difference <= tolerance))
                Assert.Fail(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{what}[{i}]: {actual[i]:R}, expected {expected[i]:R}; off by {difference:E2}, tolerance {tolerance:E2}, "
                            + $"worst {MaxDifference(expected, actual):E2}"));
        }
    }

    public static double MaxDifference(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(expected[i] - actual[i]);
            if (!(difference <= worst))
                worst = difference;
        }

        return worst;
    }

    /// <summary>The largest magnitude, at least <paramref name="least"/>.</summary>
    public static double Scale(ReadOnlySpan<double> values, double least = 0)
    {
        double largest = least;
        foreach (double value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }
}
