namespace TraceFast.Inference.Sampling;

/// <summary>
/// Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), the generator of cuRAND and PyTorch's
/// CUDA back end: a function from (key, counter) to random bits. The n-th number of a stream needs no number before it, so what a
/// request draws does not depend on the rest of the batch.
/// </summary>
public static class Philox
{
    private const int Rounds = 10;

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    /// <param name="stream">The upper half of the counter: one for each request.</param>
    /// <param name="index">The lower half: one for each token.</param>
    public static double Uniform(ulong seed, ulong stream, ulong index)
    {
        (uint a, uint b, _, _) = Block(
            ((uint)index, (uint)(index >> 32), (uint)stream, (uint)(stream >> 32)), ((uint)seed, (uint)(seed >> 32)));
        return (((ulong)b << 32 | a) >> 11) * (1.0 / (1UL << 53));
    }

    internal static (uint A, uint B, uint C, uint D) Block((uint A, uint B, uint C, uint D) counter, (uint A, uint B) key)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = 0xD2511F53UL * counter.A, p1 = 0xCD9E8D57UL * counter.C;
            counter = ((uint)(p1 >> 32) ^ counter.B ^ key.A, (uint)p1, (uint)(p0 >> 32) ^ counter.D ^ key.B, (uint)p0);
            key = (unchecked(key.A + 0x9E3779B9), unchecked(key.B + 0xBB67AE85));
        }
        return counter;
    }
}
