using System.Diagnostics;
using TraceFast.Data;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Sessions;

namespace TraceFast.Benchmarks.Decode;

/// <summary>Times decoding, as <see cref="BenchmarkedDecode"/> does it, after a request that warms up.</summary>
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
        DecodeOptions decode = new() { Batch = batch, Batching = batching, ChunkLength = options.ChunkLength,
            Threads = options.Session.Threads ?? Environment.ProcessorCount };
        using BenchmarkedDecode work = new(decoder, decode, lengths, options.Seed);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        DecodeStatistics statistics = work.Run(cancellation);
        return new DecodeMeasurement(
            batch, batching, lengths.Count, statistics, Stopwatch.GetElapsedTime(started).TotalSeconds,
            (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }
}
