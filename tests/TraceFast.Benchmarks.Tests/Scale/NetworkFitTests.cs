using TraceFast.Benchmarks.Scale;

namespace TraceFast.Benchmarks.Tests.Scale;

/// <summary>The two constants of a network from times of messages.</summary>
public class NetworkFitTests
{
    [Theory]
    [InlineData(1.5e-6, 12.5e9)]
    [InlineData(3e-5, 1.1e9)]
    [InlineData(2e-7, 5e10)]
    public void Exact_times_give_the_constants_back(double latency, double bandwidth)
    {
        NetworkFit fit = NetworkFit.Of([.. Lengths().Select(n => Time(n, latency + (n / bandwidth)))]);
        Assert.Equal(1, fit.Network.Latency / latency, 9);
        Assert.Equal(1, fit.Network.Bandwidth / bandwidth, 9);
        Assert.InRange(fit.Residual, 0, 1e-9);
        Assert.Equal(1, fit.Network.Seconds(1 << 20) / (latency + ((1 << 20) / bandwidth)), 9);
    }

    /// <summary>
    /// n = 1, 3, 5 at t = 1, 2, 2: Σ 1/t² = 1.5, Σ n/t² = 3, Σ n²/t² = 9.5, Σ 1/t = 2, Σ n/t = 5; the determinant is 5.25.
    /// </summary>
    [Fact]
    public void Three_times_are_met_with_the_least_relative_error()
    {
        NetworkFit fit = NetworkFit.Of([Time(1, 1), Time(3, 2), Time(5, 2)]);
        Assert.Equal(((2 * 9.5) - (5 * 3)) / 5.25, fit.Network.Latency, 12);
        Assert.Equal(((1.5 * 5) - (3 * 2)) / 5.25, fit.Network.SecondsPerByte, 12);
        // By the fit 5.5, 8.5 and 11.5 of 5.25: errors 0.25 / 5.25, -2 / 10.5, 1 / 10.5.
        Assert.Equal(Math.Sqrt(((0.5 * 0.5) + (2 * 2) + (1 * 1)) / 3) / 10.5, fit.Residual, 12);
        Assert.Equal(-2 / 10.5, fit.Largest.Error, 12);
        Assert.Equal(3, fit.Largest.Bytes);
    }

    [Fact]
    public void Too_little_is_refused()
    {
        Assert.Throws<NetworkFitException>(() => NetworkFit.Of([]));
        Assert.Throws<NetworkFitException>(() => NetworkFit.Of([Time(8, 1e-6)]));
        Assert.Throws<NetworkFitException>(() => NetworkFit.Of([Time(8, 1e-6), Time(8, 2e-6)]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1e-6)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_time_that_is_none_is_refused(double seconds)
    {
        NetworkFitException error = Assert.Throws<NetworkFitException>(() => NetworkFit.Of([Time(8, 1e-6), Time(16, seconds)]));
        Assert.Contains("16 bytes", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Long messages that are faster than short ones: no bandwidth above 0.</summary>
    [Fact]
    public void Times_that_fall_with_the_length_are_refused()
    {
        NetworkFitException error = Assert.Throws<NetworkFitException>(() => NetworkFit.Of([Time(8, 2e-6), Time(1 << 20, 1e-6)]));
        Assert.Contains("run it again, or give --latency and --bandwidth", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<int> Lengths() => Enumerable.Range(3, 24).Select(i => 1 << i);

    private static MessageTime Time(int bytes, double seconds) => new(bytes, seconds, seconds);
}
