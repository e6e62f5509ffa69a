namespace TraceFast.PtxInterpreter;

/// <summary>What a GPU would do wrong silently, or hang on.</summary>
internal sealed class PtxFault(string message) : Exception(message);

/// <summary>
/// The shared memory of one group. Faults on an access outside of it, on a read of what was never written, and on a race: two threads at
/// one byte without a barrier between, one of them writing.
/// </summary>
internal sealed class GroupMemory(int bytes)
{
    private const int Never = -1, Many = -2;

    private readonly byte[] _bytes = new byte[bytes];
    private readonly int[] _writer = new int[bytes];
    private readonly int[] _written = new int[bytes]; // in which interval between barriers
    private readonly int[] _reader = new int[bytes];
    private readonly int[] _read = new int[bytes];
    private int _interval;

    public void Clear()
    {
        Array.Fill(_written, Never);
        Array.Fill(_read, Never);
        _interval = 0;
    }

    public void Barrier() => _interval++;

    public ReadOnlySpan<byte> Read(long address, int size, int thread, string place)
    {
        CheckBounds(address, size, place);
        for (int i = (int)address; i < address + size; i++)
        {
            if (_written[i] == Never)
                throw new PtxFault($"{place}: shared memory at {i} is read before it was written");
            if (_written[i] == _interval && _writer[i] != thread)
                throw new PtxFault($"{place}: race in shared memory at {i}: thread {_writer[i]} writes, thread {thread} reads");
            _reader[i] = _read[i] == _interval && _reader[i] != thread ? Many : thread;
            _read[i] = _interval;
        }
        return _bytes.AsSpan((int)address, size);
    }

    public Span<byte> Write(long address, int size, int thread, string place)
    {
        CheckBounds(address, size, place);
        for (int i = (int)address; i < address + size; i++)
        {
            if (_written[i] == _interval && _writer[i] != thread)
                throw new PtxFault($"{place}: race in shared memory at {i}: threads {_writer[i]} and {thread} write");
            if (_read[i] == _interval && _reader[i] != thread)
                throw new PtxFault($"{place}: race in shared memory at {i}: thread {thread} writes what another reads");
            (_writer[i], _written[i]) = (thread, _interval);
        }
        return _bytes.AsSpan((int)address, size);
    }

    private void CheckBounds(long address, int size, string place)
    {
        if (address < 0 || address + size > _bytes.Length)
            throw new PtxFault($"{place}: shared memory at {address} is outside its {_bytes.Length} bytes");
    }
}
