namespace TraceFast.Data.Sampling;

/// <summary>
/// The order in which an epoch visits the records: that of the Hugging Face trainer's random sampler,
/// <c>torch.randperm(n, generator=torch.Generator().manual_seed(seed + epoch))</c>.
/// </summary>
public static class SamplerOrder
{
    /// <summary>torch draws 32 bits per swap below this length and 64 bits from it on; only the former is built here.</summary>
    public const int MaxCount = (int)(uint.MaxValue / 20) - 1;

    /// <summary>Record numbers [n] in the order of one epoch.</summary>
    /// <param name="count">n, the number of records.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">0-based epoch.</param>
    /// <param name="shuffle">False keeps the order of the file.</param>
    public static int[] Epoch(int count, long seed, int epoch, bool shuffle = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        return shuffle ? RandomPermutation(count, unchecked(seed + epoch)) : Identity(count);
    }

    /// <summary>
    /// <c>torch.randperm(n, generator=torch.Generator().manual_seed(seed))</c> on the CPU: Fisher-Yates from the front,
    /// <c>swap(r[i], r[i + random32 % (n - i)])</c> for i in 0..n-2. Source: ATen/native/TensorFactories.cpp, randperm_cpu.
    /// </summary>
    public static int[] RandomPermutation(int count, long seed)
    {
        if (count > MaxCount)
            throw new InputException(
                $"{count} records are more than a shuffled epoch can hold ({MaxCount}); set shuffle: false or split the data");
        int[] order = Identity(count);
        // torch's engine keeps the lower 32 bits of the seed.
        Mt19937 engine = new(unchecked((uint)seed));
        for (int i = 0; i < count - 1; i++)
        {
            int other = i + (int)(engine.Next() % (uint)(count - i));
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }

    internal static int[] Identity(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
            order[i] = i;
        return order;
    }
}
