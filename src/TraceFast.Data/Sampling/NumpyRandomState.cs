namespace TraceFast.Data.Sampling;

/// <summary>
/// numpy's legacy global generator after <c>numpy.random.seed(seed)</c>, which LLaMA-Factory draws <c>num_samples</c> from.
/// </summary>
public sealed class NumpyRandomState(uint seed)
{
    private readonly Mt19937 _engine = new(seed);

    /// <summary><c>numpy.random.permutation(n)</c>.</summary>
    public int[] Permutation(int count) => NumpyShuffle.Permutation(count, _engine.Next);

    /// <summary><c>numpy.random.choice(n, size)</c>: with replacement, uniform.</summary>
    public int[] Choice(int count, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        int[] drawn = new int[size];
        for (int i = 0; i < size; i++)
            drawn[i] = (int)NumpyShuffle.Bounded((uint)(count - 1), _engine.Next);
        return drawn;
    }
}
