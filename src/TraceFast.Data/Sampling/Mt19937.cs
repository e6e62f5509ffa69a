namespace TraceFast.Data.Sampling;

/// <summary>
/// The 32-bit Mersenne Twister, seeded as both torch's CPU generator and numpy's legacy RandomState seed it from an integer.
/// Source: Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number
/// generator", ACM TOMACS 8(1), 1998; initialization of their 2002 release.
/// </summary>
public sealed class Mt19937
{
    private const int N = 624;
    private const int M = 397;
    private const uint MatrixA = 0x9908b0df;
    private const uint UpperMask = 0x80000000;
    private const uint LowerMask = 0x7fffffff;

    private readonly uint[] _state = new uint[N];
    private int _position = N;

    public Mt19937(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < N; i++)
            _state[i] = 1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30)) + i;
    }

    /// <summary>Seeded by an array, as Python's random seeds it from an integer (its 32-bit words, the lowest first; at least one).</summary>
    public Mt19937(ReadOnlySpan<uint> key)
        : this(19650218)
    {
        int i = 1, j = 0;
        for (int k = Math.Max(N, key.Length); k > 0; k--)
        {
            _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1664525u)) + key[j] + (uint)j;
            i = Following(i);
            j = (j + 1) % key.Length;
        }
        for (int k = N - 1; k > 0; k--)
        {
            _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1566083941u)) - (uint)i;
            i = Following(i);
        }
        _state[0] = 0x80000000;
    }

    /// <summary>The next 32 uniform bits.</summary>
    public uint Next()
    {
        if (_position == N)
            Regenerate();
        uint y = _state[_position++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >> 18);
    }

    private int Following(int i)
    {
        if (i < N - 1)
            return i + 1;
        _state[0] = _state[N - 1];
        return 1;
    }

    private void Regenerate()
    {
        for (int i = 0; i < N; i++)
        {
            uint y = (_state[i] & UpperMask) | (_state[(i + 1) % N] & LowerMask);
            _state[i] = _state[(i + M) % N] ^ (y >> 1) ^ ((y & 1) != 0 ? MatrixA : 0);
        }
        _position = 0;
    }
}
