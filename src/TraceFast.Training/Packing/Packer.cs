using TraceFast.Training.Encoding;

namespace TraceFast.Training.Packing;

/// <summary>How records are cut into packs and what they share.</summary>
/// <param name="TokenBudget">Most tokens of a pack; a record that alone holds more gets a pack of its own.</param>
public sealed record PackingOptions(int TokenBudget)
{
    /// <summary>
    /// Fewest tokens that x1 and x2 of a quad must begin with in common for that beginning to become a shared parent of both
    /// (three levels: beginning, rest of the prompt, response); 0 shares none. A segment costs the attention one more block
    /// boundary and saves its tokens in every layer, which pays from a few tokens on.
    /// </summary>
    public int MinimumSharedPrefix { get; init; } = 16;

    /// <summary>Whether records of a pack that begin with the same prompt share it.</summary>
    public bool ShareAcrossRecords { get; init; } = true;
}

/// <summary>
/// Packs whole records, in order, into packed sequences of at most a budget of tokens. In a pack, shared tokens are stored once:
/// <code>
///   supervised   [ prompt and responses ]                    one segment, labels where trained
///   pair         [ prompt | chosen | rejected ]
///   quad         [ x1 | y1 | y2 ][ x2 | y2 | y1 ]            or, with a common beginning p of x1 and x2,
///                [ p | x1' | y1 | y2 | x2' | y2 | y1 ]       parents: -, p, x1', x1', p, x2', x2'
/// </code>
/// Source: the packed trees of this project's design; shared prompts give the same log-probabilities and gradients because a
/// token attends only to its own sequence.
/// </summary>
public sealed class Packer
{
    private readonly PackingOptions _options;
    private readonly IReadOnlyList<SequenceRole> _roles;
    private readonly PrefixTree _tree = new();
    private readonly List<PlacedSequence> _placed = [];

    /// <param name="roles">The sequences that the objective needs; only these are packed.</param>
    public Packer(PackingOptions options, IReadOnlyList<SequenceRole> roles)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TokenBudget, 1);
        (_options, _roles) = (options, roles);
    }

    /// <summary>Packs records in order.</summary>
    /// <param name="groups">Sizes of consecutive groups of records that must stay together (their sum is the number of records);
    /// without it every record may begin a pack.</param>
    /// <exception cref="ArgumentException">A record lacks a role, or the groups do not add up.</exception>
    public IReadOnlyList<Pack> Build(IReadOnlyList<EncodedRecord> records, IReadOnlyList<int>? groups = null)
    {
        if (groups != null && groups.Sum() != records.Count)
            throw new ArgumentException($"groups hold {groups.Sum()} records; expected {records.Count}");
        List<Pack> packs = new();
        (int first, int end) = (0, 0);
        for (int unit = 0; end < records.Count; unit++)
        {
            int size = groups?[unit] ?? 1;
            (int mark, int sequences) = (_tree.Count, _placed.Count);
            AddAll(records, end, size);
            if (_tree.TokenCount > _options.TokenBudget && end > first)
            {
                _tree.TakeBackTo(mark);
                _placed.RemoveRange(sequences, _placed.Count - sequences);
                packs.Add(Finish(first, end - first));
                first = end;
                AddAll(records, end, size);
            }
            end += size;
        }
        if (end > first)
            packs.Add(Finish(first, end - first));
        return packs;
    }

    /// <summary>Tokens that a record takes in a pack, at most.</summary>
    public int TokensOf(EncodedRecord record)
    {
        List<ReadOnlyMemory<int>> prompts = [];
        int tokens = -SharedPrefix(record);
        foreach (SequenceRole role in _roles)
        {
            RecordSequence sequence = RecordSequences.Of(record, role);
            tokens += sequence.Response.Length;
            if (prompts.Contains(sequence.Prompt))
                continue;
            prompts.Add(sequence.Prompt);
            tokens += sequence.Prompt.Length;
        }
        return tokens;
    }

    private void AddAll(IReadOnlyList<EncodedRecord> records, int from, int count)
    {
        for (int place = from; place < from + count; place++)
            Add(records[place], place);
    }

    private void Add(EncodedRecord record, int place)
    {
        int root = _options.ShareAcrossRecords ? PrefixTree.Root : PrefixTree.Root - 1 - place;
        int shared = SharedPrefix(record);
        foreach (SequenceRole role in _roles)
        {
            RecordSequence sequence = RecordSequences.Of(record, role);
            int prompt = _tree.Add(_tree.Add(root, sequence.Prompt[..shared]), sequence.Prompt[shared..]);
            int response = _tree.Add(prompt, sequence.Response);
            _placed.Add(
                new PlacedSequence(new PackSequence(place, record.Index, role, sequence.LabelCount), prompt, response, sequence.Labels));
        }
    }

    /// <summary>Tokens that both prompts of a quad begin with, where both are needed and sharing them is worth a segment.</summary>
    private int SharedPrefix(EncodedRecord record)
    {
        if (_options.MinimumSharedPrefix == 0 || record is not EncodedQuad quad
            || !_roles.Any(r => r is SequenceRole.X1Y1 or SequenceRole.X1Y2)
            || !_roles.Any(r => r is SequenceRole.X2Y2 or SequenceRole.X2Y1))
            return 0;
        int common = quad.X1.AsSpan().CommonPrefixLength(quad.X2);
        return common >= _options.MinimumSharedPrefix ? common : 0;
    }

    private Pack Finish(int firstPlace, int recordCount)
    {
        PackedSequence packed = new(_tree);
        int labels = _placed.Sum(p => p.Sequence.LabelCount);
        (int[]? row, int[]? target, int[]? owner) = (new int[labels], new int[labels], new int[labels]);
        int m = 0;
        for (int s = 0; s < _placed.Count; s++)
        {
            PlacedSequence p = _placed[s];
            foreach (LabelRange range in p.Labels)
            {
                for (int i = range.Offset; i < range.Offset + range.Length; i++)
                {
                    // Within a response the token before predicts; its first token is predicted by the prompt's last.
                    int predicting = i > 0
                        ? packed.Row(p.Response, i - 1) : p.Prompt >= 0 ? packed.Row(p.Prompt, _tree[p.Prompt].Tokens.Length - 1) : -1;
                    if (predicting < 0)
                        continue;
                    (row[m], target[m], owner[m]) = (predicting, _tree[p.Response].Tokens.Span[i], s);
                    m++;
                }
            }
        }
        Pack pack = new(packed.Tokens, packed.Layout(), row, target, owner, [.. _placed.Select(p => p.Sequence)], firstPlace, recordCount);
        _tree.Clear();
        _placed.Clear();
        return pack;
    }

    /// <summary>A sequence and the nodes that end its prompt (negative: it has none) and hold its response.</summary>
    private readonly record struct PlacedSequence(PackSequence Sequence, int Prompt, int Response, IReadOnlyList<LabelRange> Labels);
}
