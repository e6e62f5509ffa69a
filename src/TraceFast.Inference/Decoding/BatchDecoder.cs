using System.Diagnostics;

namespace TraceFast.Inference.Decoding;

/// <summary>
/// Decodes many requests on one engine with continuous batching: each step computes one token of every active row; a row that ends gives
/// its place to the next request at once. Active rows come first, so a step's batch holds no others.
/// <para>
/// A prompt of n tokens is prefilled up to its token n - 1; its last token goes with the next step, so that only steps need logits. Chunks
/// begin at the end of the common prefix and at multiples of the chunk length after it, whatever else is decoded: what a row computes, to
/// the last bit of its prompt, does not depend on batch size, order or where an earlier run was interrupted.
/// </para>
/// </summary>
public sealed class BatchDecoder
{
    private readonly IDecodeEngine _engine;
    private readonly Detokenize _detokenize;
    private readonly DecodeOptions _options;
    private readonly int[] _prefix;
    private readonly DecodeRow[] _rows;
    private readonly int[] _tokens, _positions;
    private readonly Outcome[] _outcomes;
    private int _active;

    /// <param name="engine">With options.Batch rows, and one more where there is a common prefix: the last one keeps it.</param>
    /// <param name="commonPrefix">Tokens that may begin prompts, for example a system prompt; computed once. May be empty.</param>
    public BatchDecoder(
        IDecodeEngine engine, Detokenize detokenize, DecodeOptions options, DecodeStatistics? statistics = null,
        ReadOnlySpan<int> commonPrefix = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ChunkLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(engine.Rows, options.Batch + (commonPrefix.IsEmpty ? 0 : 1));
        _engine = engine;
        _detokenize = detokenize;
        _options = options;
        Statistics = statistics ?? new DecodeStatistics();
        _prefix = commonPrefix.ToArray();
        _rows = new DecodeRow[options.Batch];
        _tokens = new int[options.Batch];
        _positions = new int[options.Batch];
        _outcomes = new Outcome[options.Batch];
    }

    public DecodeStatistics Statistics { get; }

    /// <summary>
    /// The longest prefix that all prompts have in common, of which each prompt has at least one token more; none for a single prompt.
    /// </summary>
    public static int[] CommonPrefix(IEnumerable<int[]> prompts)
    {
        int[]? first = null;
        int length = 0, count = 0;
        foreach (int[] prompt in prompts)
        {
            count++;
            length = first is null
                ? prompt.Length - 1 : Math.Min(Math.Min(length, prompt.Length - 1), first.AsSpan(0, length).CommonPrefixLength(prompt));
            first ??= prompt;
        }
        return count > 1 && length > 0 ? first![..length] : [];
    }

    /// <summary>Decodes requests; each result is given when it is complete. Requests are taken as slots become free.</summary>
    /// <exception cref="DecodeException">A prompt is empty or fills the context, or the model's logits are not numbers.</exception>
    /// <exception cref="OperationCanceledException">Between two computations; results that are not complete are lost.</exception>
    public IEnumerable<DecodeResult> Run(IEnumerable<DecodeRequest> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return Decode(requests, cancellation);
    }

    private IEnumerable<DecodeResult> Decode(IEnumerable<DecodeRequest> requests, CancellationToken cancellation)
    {
        using IEnumerator<DecodeRequest> waiting = requests.GetEnumerator();
        _active = 0;
        bool more = true;
        Prefill(_options.Batch, _prefix, from: 0, cancellation);
        while (true)
        {
            while (more && _active < _options.Batch && (more = waiting.MoveNext()))
                Admit(_active++, waiting.Current, cancellation);
            if (_active == 0)
                yield break;
            cancellation.ThrowIfCancellationRequested();
            Step();
            _options.Stepped?.Invoke();
            if (_options.Batching == Batching.Static && _rows.Take(_active).Any(r => r.Result is null))
                continue;
            for (int row = 0; row < _active; row++)
            {
                while (row < _active && _rows[row].Result is { } result)
                {
                    Statistics.Requests++;
                    yield return result;
                    if (_options.Batching == Batching.Continuous && more && (more = waiting.MoveNext()))
                        Admit(row, waiting.Current, cancellation);
                    else
                        MoveLastTo(row);
                }
            }
        }
    }

    /// <summary>Starts a request in a slot: copies the common prefix and computes the rest of the prompt but its last token.</summary>
    private void Admit(int row, DecodeRequest request, CancellationToken cancellation)
    {
        int length = request.Prompt.Length;
        if (length == 0 || length >= _engine.MaxLength || request.MaxNewTokens < 1)
        {
            throw new DecodeException(string.Create(CultureInfo.InvariantCulture,
                $"request {request.Index}: found a prompt of {length} tokens and {request.MaxNewTokens} new ones, expected 1 "
                    + $"to {_engine.MaxLength - 1} and at least 1"));
        }
        int shared = _prefix.Length < length && request.Prompt.AsSpan().StartsWith(_prefix) ? _prefix.Length : 0;
        if (shared > 0)
            _engine.CopyRow(_options.Batch, row, shared);
        Statistics.SharedTokens += shared;
        Prefill(row, request.Prompt.AsSpan(0, length - 1), shared, cancellation);
        _rows[row] = new DecodeRow(request, _engine.MaxLength, _detokenize);
    }

    private void Prefill(int row, ReadOnlySpan<int> prompt, int from, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        for (int start = from; start < prompt.Length; start += _options.ChunkLength)
        {
            cancellation.ThrowIfCancellationRequested();
            _engine.Prefill(row, start, prompt[start..Math.Min(start + _options.ChunkLength, prompt.Length)]);
        }
        Statistics.PromptTokens += Math.Max(0, prompt.Length - from);
        Statistics.PrefillTime += Stopwatch.GetElapsedTime(started);
    }

    private void Step()
    {
        for (int row = 0; row < _active; row++)
            (_tokens[row], _positions[row]) = (_rows[row].LastToken, _rows[row].Length - 1);
        long started = Stopwatch.GetTimestamp();
        _engine.Step(_tokens.AsSpan(0, _active), _positions.AsSpan(0, _active));
        Statistics.StepTime += Stopwatch.GetElapsedTime(started);

        started = Stopwatch.GetTimestamp();
        if (_options.Threads > 1 && _active > 1)
            Parallel.For(0, _active, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads }, Choose);
        else
            for (int row = 0; row < _active; row++)
                Choose(row);
        Statistics.SamplingTime += Stopwatch.GetElapsedTime(started);
        Statistics.Steps++;
        Statistics.StepRows += _active;
        for (int row = 0; row < _active; row++)
        {
            if (_outcomes[row] == Outcome.NotNumbers)
                throw new DecodeException(
                    $"request {_rows[row].Request.Index}: the model's logits after {_rows[row].NewTokens} new tokens are not numbers, or "
                        + "every token is ruled out; the weights or the precision overflow (try "
                        + "float32), or the bans of generation_config.json leave nothing");
            if (_outcomes[row] == Outcome.Chosen)
                Statistics.NewTokens++;
        }
    }

    private void Choose(int row)
    {
        if (_rows[row].Result is not null)
            _outcomes[row] = Outcome.Ended;
        else
            _outcomes[row] = _rows[row].Advance(_engine.Logits(row)) ? Outcome.Chosen : Outcome.NotNumbers;
    }

    /// <summary>Moves the last active row into a slot that no request waits for.</summary>
    private void MoveLastTo(int row)
    {
        _active--;
        if (row == _active)
            return;
        _engine.CopyRow(_active, row, _rows[_active].Length - 1);
        _rows[row] = _rows[_active];
    }

    private enum Outcome
    {
        Chosen,
        Ended,
        NotNumbers,
    }
}
