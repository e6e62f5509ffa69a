using System.Buffers;
using TraceFast.Data;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Models;

/// <summary>
/// Byte-pair encoding of one pre-token (Sennrich et al., arXiv 1508.07909), with the options of the Hugging Face BPE
/// model: unknown token (fused or not), byte fallback, continuing-subword prefix, end-of-word suffix, ignore_merges.
/// </summary>
internal sealed class BytePairModel : ITokenModel
{
    private readonly MergeTable _merges;
    private readonly string _file;
    private readonly string? _unknownToken;
    private readonly int? _unknownId;
    private readonly string _prefix;
    private readonly string _suffix;
    private readonly bool _fuseUnknown;
    private readonly bool _ignoreMerges;
    private readonly ByteTokens? _bytes;

    /// <summary>Reads <c>model</c>.</summary>
    /// <exception cref="InputException">A setting that is malformed or not supported.</exception>
    public BytePairModel(TokenizerFile file)
    {
        _file = file.Path;
        Vocabulary = VocabularyReader.Read(file);
        if (file.ModelSetting("dropout") is { } dropout && dropout.AsNumber() != 0)
            throw dropout.Error("null or 0: with BPE dropout a text has no fixed ids");
        _unknownToken = file.ModelSetting("unk_token")?.AsText();
        _unknownId = _unknownToken is null ? null : Vocabulary.Id(_unknownToken);
        _prefix = file.ModelSetting("continuing_subword_prefix")?.AsText() ?? "";
        _suffix = file.ModelSetting("end_of_word_suffix")?.AsText() ?? "";
        _fuseUnknown = file.ModelSetting("fuse_unk")?.AsBoolean() ?? false;
        _ignoreMerges = file.ModelSetting("ignore_merges")?.AsBoolean() ?? false;
        _bytes = ByteTokens.Read(file, Vocabulary);
        _merges = MergesReader.Read(file, Vocabulary, _prefix);
    }

    public Vocabulary Vocabulary { get; }

    public bool HasAllBytes => _bytes is { AreAllThere: true };

    public void Encode(ReadOnlySpan<char> word, List<int> ids, List<TokenSpan>? spans = null)
    {
        if (word.IsEmpty)
            return;
        if (_ignoreMerges && Vocabulary.Id(word) is { } whole)
        {
            ids.Add(whole);
            spans?.Add(new TokenSpan(0, word.Length));
            return;
        }
        using SymbolSequence symbols = new(word.Length);
        List<TokenSpan>? symbolSpans = spans is null ? null : [];
        AddCharacters(word, symbols, symbolSpans);
        symbols.MergeAll(_merges);
        symbols.AppendTo(ids);
        if (spans is not null)
            symbols.AppendTo(spans, symbolSpans!);
    }

    private void AddCharacters(ReadOnlySpan<char> word, SymbolSequence symbols, List<TokenSpan>? spans)
    {
        bool pendingUnknown = false;
        TokenSpan unknown = default;
        Span<char> affixed = stackalloc char[2 + Math.Min(_prefix.Length + _suffix.Length, 254)];
        for (int i = 0; i < word.Length;)
        {
            int length = char.IsHighSurrogate(word[i]) ? 2 : 1;
            scoped ReadOnlySpan<char> symbol = word.Slice(i, length);
            bool first = i == 0;
            TokenSpan span = new(i, i + length);
            i += length;
            bool last = i == word.Length;
            if ((!first && _prefix.Length > 0) || (last && _suffix.Length > 0))
                symbol = Affix(symbol, first ? "" : _prefix, last ? _suffix : "", affixed);

            if (Vocabulary.Id(symbol) is { } id)
            {
                if (pendingUnknown)
                    Add(_unknownId!.Value, unknown);
                pendingUnknown = false;
                Add(id, span);
            }
            else if (_bytes?.Encode(symbol) is { } byteIds)
            {
                foreach (int b in byteIds)
                    Add(b, span);
            }
            else if (_unknownToken is not null)
            {
                if (_unknownId is null)
                {
                    throw new InputException(
                        $"{_file}: 'model.unk_token': found \"{_unknownToken}\", which the vocabulary lacks, and "
                            + $"the text holds \"{symbol}\", which is unknown; expected an unknown token of the vocabulary");
                }
                // Byte tokens do not end a run of unknown characters: the library adds the unknown token after them.
                if (pendingUnknown && !_fuseUnknown)
                    Add(_unknownId.Value, unknown);
                unknown = pendingUnknown && _fuseUnknown ? unknown with { End = span.End } : span;
                pendingUnknown = true;
            }
        }
        if (pendingUnknown)
            Add(_unknownId!.Value, unknown);

        void Add(int id, TokenSpan at)
        {
            symbols.Add(id);
            spans?.Add(at);
        }
    }

    private static ReadOnlySpan<char> Affix(ReadOnlySpan<char> symbol, string before, string after, Span<char> buffer)
    {
        int length = before.Length + symbol.Length + after.Length;
        Span<char> target = length <= buffer.Length ? buffer[..length] : new char[length];
        before.CopyTo(target);
        symbol.CopyTo(target[before.Length..]);
        after.CopyTo(target[(before.Length + symbol.Length)..]);
        return target;
    }
}

/// <summary>
/// The symbols of one word as a doubly linked list, and the merging of them: the pair of lowest rank first, the leftmost
/// among equals, until no pair has a merge. A heap holds the candidate pairs, so n symbols take O(n log n) steps.
/// </summary>
internal sealed class SymbolSequence : IDisposable
{
    private const int None = -1;

    private int[] _ids;
    private int[] _previous = [];
    private int[] _next = [];
    private ulong[] _heap = [];
    private int _heapCount;
    private int _count;

    public SymbolSequence(int capacity) => _ids = ArrayPool<int>.Shared.Rent(Math.Max(capacity, 16));

    public void Add(int id)
    {
        if (_count == _ids.Length)
            Grow(ref _ids);
        _ids[_count++] = id;
    }

    /// <summary>Merges in place; symbols that were merged away keep a negative id.</summary>
    public void MergeAll(MergeTable merges)
    {
        if (_count < 2)
            return;
        _previous = ArrayPool<int>.Shared.Rent(_count);
        _next = ArrayPool<int>.Shared.Rent(_count);
        _heap = ArrayPool<ulong>.Shared.Rent(_count);
        for (int i = 0; i < _count; i++)
        {
            _previous[i] = i - 1;
            _next[i] = i + 1 < _count ? i + 1 : None;
        }
        for (int i = 0; i + 1 < _count; i++)
            Offer(merges, i, i + 1);

        while (_heapCount > 0)
        {
            (int rank, int left) = Pop();
            int right = _ids[left] == None ? None : _next[left];
            // A pair that changed since it was offered has another rank: that entry has expired.
            if (right == None || !merges.TryGet(_ids[left], _ids[right], out int current, out int merged) || current != rank)
                continue;
            _ids[left] = merged;
            _ids[right] = None;
            _next[left] = _next[right];
            if (_next[left] != None)
                _previous[_next[left]] = left;
            if (_previous[left] != None)
                Offer(merges, _previous[left], left);
            if (_next[left] != None)
                Offer(merges, left, _next[left]);
        }
    }

    public void AppendTo(List<int> target)
    {
        for (int i = 0; i < _count; i++)
            if (_ids[i] != None)
                target.Add(_ids[i]);
    }

    /// <summary>Appends for each id of <see cref="AppendTo(List{int})"/> the stretch from its first symbol to its last.</summary>
    /// <param name="target">Gets the stretches.</param>
    /// <param name="symbols">The stretch of each symbol that was added.</param>
    public void AppendTo(List<TokenSpan> target, List<TokenSpan> symbols)
    {
        for (int i = 0, following; i < _count; i = following)
        {
            following = i + 1;
            while (following < _count && _ids[following] == None)
                following++;
            target.Add(new TokenSpan(symbols[i].Start, symbols[following - 1].End));
        }
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_ids);
        if (_previous.Length == 0)
            return;
        ArrayPool<int>.Shared.Return(_previous);
        ArrayPool<int>.Shared.Return(_next);
        ArrayPool<ulong>.Shared.Return(_heap);
    }

    private static void Grow<T>(ref T[] array)
    {
        T[] larger = ArrayPool<T>.Shared.Rent(2 * array.Length);
        array.CopyTo(larger, 0);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }

    private void Offer(MergeTable merges, int left, int right)
    {
        if (merges.TryGet(_ids[left], _ids[right], out int rank, out _))
            Push(((ulong)(uint)rank << 32) | (uint)left);
    }

    private void Push(ulong entry)
    {
        if (_heapCount == _heap.Length)
            Grow(ref _heap);
        int at = _heapCount++;
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (_heap[parent] <= entry)
                break;
            _heap[at] = _heap[parent];
            at = parent;
        }
        _heap[at] = entry;
    }

    private (int Rank, int Position) Pop()
    {
        ulong top = _heap[0];
        ulong last = _heap[--_heapCount];
        int at = 0;
        for (int child = 1; child < _heapCount; child = 2 * at + 1)
        {
            if (child + 1 < _heapCount && _heap[child + 1] < _heap[child])
                child++;
            if (last <= _heap[child])
                break;
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = last;
        return ((int)(top >> 32), (int)(top & uint.MaxValue));
    }
}

/// <summary>
/// Pair of token ids to (rank, merged id): an open-addressing hash table. A pair of small integers hashes badly in
/// <see cref="Dictionary{TKey, TValue}"/> (the halves of a long are xor-ed), and this look-up is the inner step of BPE.
/// </summary>
internal sealed class MergeTable
{
    private const ulong Free = ulong.MaxValue;

    private ulong[] _pairs = Filled(1024);
    private (int Rank, int Id)[] _values = new (int, int)[1024];

    public int Count { get; private set; }

    /// <summary>Sets the merge of a pair; the last one given holds.</summary>
    public void Set(int left, int right, int rank, int id)
    {
        if (4 * (Count + 1) > 3 * _pairs.Length)
            Grow();
        ulong pair = Pair(left, right);
        int slot = Slot(pair);
        if (_pairs[slot] == Free)
        {
            _pairs[slot] = pair;
            Count++;
        }
        _values[slot] = (rank, id);
    }

    public bool TryGet(int left, int right, out int rank, out int id)
    {
        ulong pair = Pair(left, right);
        int slot = Slot(pair);
        (rank, id) = _values[slot];
        return _pairs[slot] == pair;
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private static ulong[] Filled(int length)
    {
        ulong[] empty = new ulong[length];
        Array.Fill(empty, Free);
        return empty;
    }

    /// <summary>The slot that holds the pair, or the free one where it belongs.</summary>
    private int Slot(ulong pair)
    {
        int mask = _pairs.Length - 1;
        // Fibonacci hashing: the high bits of the product depend on all bits of the pair.
        ulong hash = pair * 0x9E3779B97F4A7C15;
        int slot = (int)((hash ^ (hash >> 29)) >> 16) & mask;
        while (_pairs[slot] != pair && _pairs[slot] != Free)
            slot = (slot + 1) & mask;
        return slot;
    }

    private void Grow()
    {
        ulong[] oldPairs = _pairs;
        (int, int)[] oldValues = _values;
        _pairs = Filled(2 * oldPairs.Length);
        _values = new (int, int)[_pairs.Length];
        for (int i = 0; i < oldPairs.Length; i++)
        {
            if (oldPairs[i] == Free)
                continue;
            int slot = Slot(oldPairs[i]);
            _pairs[slot] = oldPairs[i];
            _values[slot] = oldValues[i];
        }
    }
}
