using System.Diagnostics;
using TraceFast.Data;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Decoding.Onnx;
using TraceFast.Inference.Sessions;

namespace TraceFast.Benchmarks.Decode;

/// <summary>
/// Times greedy decoding of random token ids by the code that <c>generate</c> runs, each request to its full number of new tokens (no
/// stops), after a request that warms up.
/// </summary>
public static class DecodeBenchmark
{
    /// <summary>Gives each measurement when it is complete.</summary>
    /// <exception cref="Data.InputException">The model or the lengths do not load.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two steps.</exception>
    public static IEnumerable<DecodeMeasurement> Run(DecodeBenchmarkOptions options, CancellationToken cancellation = default)
    {
        using OnnxDecoder decoder = OnnxDecoder.Open(options.ModelFolder, options.Session);
        Measure(decoder, options, Batching.Continuous, 1, [new DecodeLength(options.PromptLengths.Least, 8)], cancellation);
        foreach (int batch in options.Batches)
        {
            IReadOnlyList<DecodeLength> lengths = options.LengthsFile is string file
                ? DecodeLengths.Read(file)
                : DecodeLengths.Sample(batch * options.Rounds, options.PromptLengths, options.NewTokens, options.Seed);
            yield return Measure(decoder, options, Batching.Continuous, batch, lengths, cancellation);
            if (options.Static)
                yield return Measure(decoder, options, Batching.Static, batch, lengths, cancellation);
        }
    }

    private static DecodeMeasurement Measure(
        OnnxDecoder decoder, DecodeBenchmarkOptions options, Batching batching, int batch, IReadOnlyList<DecodeLength> lengths,
        CancellationToken cancellation)
    {
        Random random = new(options.Seed);
        DecodeRequest[] requests =
        [
            .. lengths.Select(
                (l, i) =>
                    new DecodeRequest([.. Enumerable.Range(0, l.Prompt).Select(_ => random.Next(decoder.VocabularySize))], l.New)
                    {
                        Index = i,
                    }),
        ];
        using OnnxDecodeEngine engine = new(decoder, batch, lengths.Max(l => Math.Min(decoder.ContextLength, l.Prompt + l.New)));
        DecodeOptions decode = new() { Batch = batch, Batching = batching, ChunkLength = options.ChunkLength,
            Threads = options.Session.Threads ?? Environment.ProcessorCount };
        BatchDecoder run = new(engine, _ => "", decode);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        int count = run.Run(requests, cancellation).Count();
        return new DecodeMeasurement(
            batch, batching, count, run.Statistics, Stopwatch.GetElapsedTime(started).TotalSeconds,
            (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }
}
