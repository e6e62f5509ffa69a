namespace TraceFast.Benchmarks.Scale;

/// <summary>
/// A connection between two ranks by two constants: a message of n bytes takes
/// <code>t(n) = alpha + beta n</code>
/// Source: R. Hockney, "The communication challenge for MPP: Intel Paragon and Meiko CS-2", Parallel Computing 20(3), 1994.
/// </summary>
/// <param name="Latency">alpha, seconds.</param>
/// <param name="SecondsPerByte">beta.</param>
public readonly record struct Network(double Latency, double SecondsPerByte)
{
    /// <summary>1 / beta, bytes a second.</summary>
    public double Bandwidth => 1 / SecondsPerByte;

    /// <summary>t(n).</summary>
    public double Seconds(double bytes) => Latency + (SecondsPerByte * bytes);
}

/// <summary>Half of the round trip of a message.</summary>
/// <param name="Median">Seconds, over the repetitions.</param>
/// <param name="Least">The shortest.</param>
public readonly record struct MessageTime(int Bytes, double Median, double Least);

/// <summary>
/// The constants by which the medians are met best: least squares of the relative errors,
/// <code>
///   min over alpha, beta of Σ ((alpha + beta n[i]) / t[i] - 1)²,    which is linear:
///
///   | Σ 1/t²   Σ n/t²  | |alpha|   | Σ 1/t |
///   | Σ n/t²   Σ n²/t² | |beta | = | Σ n/t |
/// </code>
/// Relative, since times lie five orders of magnitude apart: absolute errors would leave the short messages, and so alpha, to chance.
/// </summary>
/// <param name="Residual">Root of the mean squared relative error.</param>
/// <param name="Largest">The largest relative error, and the message that has it.</param>
public sealed record NetworkFit(Network Network, double Residual, (double Error, int Bytes) Largest)
{
    /// <exception cref="NetworkFitException">Fewer than two different lengths, or a constant that is not above 0.</exception>
    public static NetworkFit Of(IReadOnlyList<MessageTime> times)
    {
        if (times.Select(t => t.Bytes).Distinct().Count() < 2)
            throw new NetworkFitException(
                $"two constants need messages of two lengths or more; found {times.Select(t => t.Bytes).Distinct().Count()}");
        if (times.FirstOrDefault(t => !(t.Median > 0 && double.IsFinite(t.Median)), new(0, 1, 1)) is { Bytes: > 0 } wrong)
            throw new NetworkFitException(FormattableString.Invariant(
                $"a message of {wrong.Bytes} bytes took {wrong.Median} s, expected a time above 0"));
        double ones = 0, firsts = 0, seconds = 0, left = 0, right = 0;
        foreach (MessageTime t in times)
        {
            (double w, double v) = (1 / t.Median, t.Bytes / t.Median);
            ones += w * w;
            firsts += w * v;
            seconds += v * v;
            left += w;
            right += v;
        }
        double determinant = (ones * seconds) - (firsts * firsts);
        Network network = new(((left * seconds) - (right * firsts)) / determinant, ((ones * right) - (firsts * left)) / determinant);
        if (!(network.Latency > 0 && network.SecondsPerByte > 0))
            throw new NetworkFitException(FormattableString.Invariant(
                $"no latency and bandwidth above 0 fit the times of the ping-pong (found {network.Latency:g3} s and {network.Bandwidth:g3} B/s): ")
                + "the machines were busy; run it again, or give --latency and --bandwidth");
        (double Error, int Bytes)[] errors = [.. times.Select(t => ((network.Seconds(t.Bytes) / t.Median) - 1, t.Bytes))];
        return new NetworkFit(network, Math.Sqrt(errors.Average(e => e.Error * e.Error)), errors.MaxBy(e => Math.Abs(e.Error)));
    }
}

/// <summary>The measured times are not those of a network with a latency and a bandwidth; the message says what to do.</summary>
public sealed class NetworkFitException(string message) : Exception(message);
