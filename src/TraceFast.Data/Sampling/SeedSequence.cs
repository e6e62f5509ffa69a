namespace TraceFast.Data.Sampling;

/// <summary>
/// numpy's SeedSequence with its default pool of four words: spreads an integer seed over the state of a bit generator.
/// Source: numpy/random/bit_generator.pyx, after M. O'Neill's seed_seq design.
/// </summary>
internal static class SeedSequence
{
    private const int PoolSize = 4;
    private const uint InitA = 0x43b0d7e5;
    private const uint MultA = 0x931e8875;
    private const uint InitB = 0x8b51f9dd;
    private const uint MultB = 0x58f38ded;
    private const uint MixMultL = 0xca01f9dd;
    private const uint MixMultR = 0x4973f715;
    private const int Shift = 16;

    /// <summary>SeedSequence(seed).generate_state(count, uint64).</summary>
    public static ulong[] GenerateState64(ulong seed, int count)
    {
        uint[] pool = MixEntropy(seed <= uint.MaxValue ? [(uint)seed] : [(uint)seed, (uint)(seed >> 32)]);
        uint[] words = new uint[count * 2];
        uint hash = InitB;
        for (int i = 0; i < words.Length; i++)
        {
            uint value = pool[i % PoolSize] ^ hash;
            hash *= MultB;
            value *= hash;
            words[i] = value ^ (value >> Shift);
        }
        ulong[] state = new ulong[count];
        for (int i = 0; i < count; i++)
            state[i] = words[2 * i] | ((ulong)words[2 * i + 1] << 32);
        return state;
    }

    // At most two words of entropy come in, fewer than the pool holds, so numpy's loop over the rest never runs.
    private static uint[] MixEntropy(uint[] entropy)
    {
        uint[] pool = new uint[PoolSize];
        uint hash = InitA;
        for (int i = 0; i < PoolSize; i++)
            pool[i] = HashMix(i < entropy.Length ? entropy[i] : 0, ref hash);
        for (int source = 0; source < PoolSize; source++)
            for (int target = 0; target < PoolSize; target++)
                if (source != target)
                    pool[target] = Mix(pool[target], HashMix(pool[source], ref hash));
        return pool;
    }

    private static uint HashMix(uint value, ref uint hash)
    {
        value ^= hash;
        hash *= MultA;
        value *= hash;
        return value ^ (value >> Shift);
    }

    private static uint Mix(uint x, uint y)
    {
        uint result = MixMultL * x - MixMultR * y;
        return result ^ (result >> Shift);
    }
}
