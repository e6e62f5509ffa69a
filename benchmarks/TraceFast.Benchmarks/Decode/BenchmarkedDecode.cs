using TraceFast.Inference.Decoding;
using TraceFast.Inference.Decoding.Onnx;
using TraceFast.Inference.Sessions;

namespace TraceFast.Benchmarks.Decode;

/// <summary>
/// Greedy decoding of random token ids by the code that <c>generate</c> runs, each request to its full number of new tokens (no stops).
/// </summary>
internal sealed class BenchmarkedDecode : IDisposable
{
    private readonly OnnxDecodeEngine _engine;
    private readonly DecodeOptions _options;
    private readonly DecodeRequest[] _requests;

    /// <param name="decoder">Stays the caller's.</param>
    /// <param name="lengths">One for each request.</param>
    /// <param name="seed">Of the token ids.</param>
    public BenchmarkedDecode(OnnxDecoder decoder, DecodeOptions options, IReadOnlyList<DecodeLength> lengths, int seed)
    {
        Random random = new(seed);
        _options = options;
        _requests =
        [
            .. lengths.Select(
                (l, i) =>
                    new DecodeRequest([.. Enumerable.Range(0, l.Prompt).Select(_ => random.Next(decoder.VocabularySize))], l.New)
                    {
                        Index = i,
                    }),
        ];
        _engine = new OnnxDecodeEngine(
            decoder, options.Batch, lengths.Max(l => Math.Min(decoder.ContextLength, l.Prompt + l.New)));
    }

    /// <summary>Decodes all requests.</summary>
    public DecodeStatistics Run(CancellationToken cancellation)
    {
        BatchDecoder run = new(_engine, _ => "", _options);
        foreach (DecodeResult _ in run.Run(_requests, cancellation))
        {
        }
        return run.Statistics;
    }

    public void Dispose() => _engine.Dispose();
}
