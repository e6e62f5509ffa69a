using System.Diagnostics;
using TraceFast.Cuda;
using static TraceFast.Cuda.LaunchArgument;

namespace TraceFast.Benchmarks.Gpu;

/// <summary>A kernel on one large shape.</summary>
/// <param name="Bytes">That must cross memory: each operand read once, each result written once.</param>
internal sealed record BandwidthResult(string Kernel, string Shape, double Bytes, double Seconds)
{
    public double BytesPerSecond => Bytes / Seconds;
}

/// <summary>Bytes a second of the kernels of the training step in bfloat16 and float32, and of the device's own copy.</summary>
internal static class Bandwidth
{
    private const int Threads = 256;
    private const int WarmUps = 3;
    private const int Repetitions = 20;

    /// <summary>cuMemcpyDtoD: bytes read and written a second.</summary>
    public static double Copy(GpuDevice device, long bytes)
    {
        nint source = device.Allocate(bytes), target = device.Allocate(bytes);
        double seconds = Time(device, () => device.Copy(target, source, bytes));
        device.Free(source);
        device.Free(target);
        return 2 * bytes / seconds;
    }

    /// <param name="rows">8,192 fills memory; fewer try the launches out.</param>
    public static IEnumerable<BandwidthResult> Run(GpuDevice device, int rows)
    {
        foreach (Element element in new[] { Element.BFloat16, Element.Float32 })
        {
            yield return RmsNormForward(device, element, rows, 4096);
            yield return RmsNormBackward(device, element, rows, 4096);
            yield return Rope(device, element, rows, 32, 128);
            yield return SwiGluForward(device, element, rows, 11008);
            yield return SwiGluBackward(device, element, rows, 11008);
            yield return Softmax(device, element, 32, Math.Min(rows, 256), 2048);
            yield return LoraExpand(device, element, rows, 4096, 8);
            yield return LogProbTile(device, element, rows, 16384);
            yield return LogProbGradient(device, element, rows, 16384);
            yield return AdamW(device, element, rows * 4096L);
        }
        yield return IopoLoss(device, rows, 1024);
    }

    private static BandwidthResult RmsNormForward(GpuDevice device, Element e, int rows, int width)
    {
        using Arrays a = new(device);
        long n = (long)rows * width;
        LaunchArgument[] arguments =
        [
            a.Of(e, n), a.Of(e, n), a.Of(Element.Float32, width), a.Of(e, n), a.Of(e, n), a.Of(Element.Float32, rows), Number(rows),
            Number(width), Number((long)width), Number((long)width), Number(1e-6f), Number(0), Number(1),
        ];
        return Measure(
            device, $"rms_norm_forward_vectors_{e.Suffix()}", $"[{rows}, {width}] + residual", 4 * n * e.Size(), rows, 1, arguments);
    }

    private static BandwidthResult RmsNormBackward(GpuDevice device, Element e, int rows, int width)
    {
        using Arrays a = new(device);
        long n = (long)rows * width;
        LaunchArgument[] arguments =
        [
            a.Of(e, n), a.Of(Element.Float32, width), a.Of(Element.Float32, rows), a.Of(e, n), a.Of(e, n), a.Of(e, n), Number(rows),
            Number(width), Number((long)width), Number(0), Number(1),
        ];
        return Measure(
            device, $"rms_norm_backward_vectors_{e.Suffix()}", $"[{rows}, {width}] + dsum", 4 * n * e.Size(), rows, 1, arguments);
    }

    private static BandwidthResult Rope(GpuDevice device, Element e, int rows, int heads, int headDim)
    {
        using Arrays a = new(device);
        (long n, int angles) = ((long)rows * heads * headDim, headDim / 2);
        long items = (long)rows * heads * angles * e.Size() / 16;
        LaunchArgument[] arguments =
        [
            a.Of(e, n), a.Of(Element.Float32, (long)rows * angles), a.Of(Element.Float32, (long)rows * angles), a.Of(e, n), Number(items),
            Number(heads), Number(headDim), Number(angles), Number((long)heads * headDim), Number((long)headDim), Number(1f),
        ];
        return Measure(
            device, $"rope_vectors_{e.Suffix()}", $"[{rows}, {heads}, {headDim}]", (2 * n * e.Size()) + (8L * rows * angles), Fill(device),
            1,
            arguments);
    }

    private static BandwidthResult SwiGluForward(GpuDevice device, Element e, int rows, int width)
    {
        using Arrays a = new(device);
        long n = (long)rows * width;
        LaunchArgument[] arguments =
            [a.Of(e, n), a.Of(e, n), a.Of(e, n), Number(n), Number(width), Number((long)width), Number((long)width), Number(0)];
        return Measure(device, $"swiglu_forward_vectors_{e.Suffix()}", $"[{rows}, {width}]", 3 * n * e.Size(), Fill(device), 1, arguments);
    }

    private static BandwidthResult SwiGluBackward(GpuDevice device, Element e, int rows, int width)
    {
        using Arrays a = new(device);
        long n = (long)rows * width;
        LaunchArgument[] arguments =
        [
            a.Of(e, n), a.Of(e, n), a.Of(e, n), a.Of(e, n), a.Of(e, n), Number(n), Number(width), Number((long)width), Number((long)width),
            Number(0),
        ];
        return Measure(device, $"swiglu_backward_vectors_{e.Suffix()}", $"[{rows}, {width}]", 5 * n * e.Size(), Fill(device), 1, arguments);
    }

    private static BandwidthResult Softmax(GpuDevice device, Element e, int heads, int rows, int keys)
    {
        using Arrays a = new(device);
        int total = heads * rows;
        long n = (long)total * keys;
        LaunchArgument[] arguments =
        [
            a.Of(e, n), a.Of(Element.Float32, total), a.Of(Element.Int32, keys), Number(total), Number(rows), Number(keys), Number(keys),
            Number(int.MaxValue), Number(0f),
        ];
        return Measure(
            device, $"attention_softmax_{e.Suffix()}", $"[{total}, {keys}]", 2 * n * e.Size(), total, 1, arguments, threads: 128);
    }

    private static BandwidthResult LoraExpand(GpuDevice device, Element e, int rows, int width, int rank)
    {
        using Arrays a = new(device);
        long n = (long)rows * width;
        LaunchArgument[] arguments =
        [
            a.Of(e, n), a.Of(Element.Float32, (long)rows * rank), a.Of(Element.Float32, (long)rank * width), Number(rows), Number(width),
            Number(rank),
        ];
        return Measure(
            device, $"lora_expand_{e.Suffix()}", $"[{rows}, {width}] rank {rank}", (2 * n * e.Size()) + (4L * rank * (rows + width)),
            (width + Threads - 1) / Threads, (rows + 3) / 4, arguments);
    }

    private static BandwidthResult LogProbTile(GpuDevice device, Element e, int rows, int tokens)
    {
        using Arrays a = new(device);
        long n = (long)rows * tokens;
        LaunchArgument[] arguments =
        [
            a.Of(e, n), a.Of(Element.Int64, rows), a.Of(Element.Float32, rows), a.Of(Element.Float32, rows), a.Of(Element.Float32, rows),
            a.Of(Element.Float32, rows), Number(rows), Number(tokens), Number(0L), Number(1f), Number(0f), Number(1),
        ];
        return Measure(device, $"log_prob_tile_{e.Suffix()}", $"[{rows}, {tokens}]", 2 * n * e.Size(), rows, 1, arguments);
    }

    private static BandwidthResult LogProbGradient(GpuDevice device, Element e, int rows, int tokens)
    {
        using Arrays a = new(device);
        long n = (long)rows * tokens;
        LaunchArgument[] arguments =
        [
            a.Of(e, n), a.Of(Element.Int64, rows), a.Of(Element.Float32, rows), a.Of(Element.Float32, rows), Number(rows), Number(tokens),
            Number(0L), Number(1f), Number(0f),
        ];
        int columns = tokens * e.Size() / (16 * Threads);
        return Measure(device, $"log_prob_gradient_{e.Suffix()}", $"[{rows}, {tokens}]", 2 * n * e.Size(), columns, rows, arguments);
    }

    private static BandwidthResult AdamW(GpuDevice device, Element e, long count)
    {
        using Arrays a = new(device);
        LaunchArgument table = a.Table([
            a.Address(e, count), e == Element.BFloat16 ? a.Address(Element.Float32, count) : 0, a.Address(e, count),
            a.Address(Element.Float32, count), a.Address(Element.Float32, count), count]);
        LaunchArgument[] arguments = [table, a.Of(Element.Float64, 3), Number(0.9), Number(0.999), Number(1e-8)];
        // Parameter and both moments are read and written, the gradient is read; a bfloat16 parameter is written from its float32 master.
        long bytes = e == Element.BFloat16 ? count * (8 + 2 + 2 + 16) : count * (8 + 4 + 16);
        return Measure(
            device, $"adamw_{e.Suffix()}", $"[{count}]{(e == Element.BFloat16 ? " and master" : "")}", bytes, 1024, 1, arguments);
    }

    private static BandwidthResult IopoLoss(GpuDevice device, int quads, int tokens)
    {
        using Arrays a = new(device);
        double[] starts = [.. Enumerable.Range(0, (4 * quads) + 1).Select(s => (double)s * tokens / 4)];
        long n = (long)quads * tokens;
        LaunchArgument[] arguments =
        [
            a.Of(Element.Float32, n), a.Filled(Element.Int32, starts), a.Of(Element.Float64, 4 * quads), a.Of(Element.Float64, quads),
            a.Of(Element.Float32, n), a.Of(Element.Float64, quads), a.Of(Element.Float64, quads), a.Of(Element.Float64, 4 * quads),
            Number(quads), Number(0.1), Number(0.0), Number(0.0),
        ];
        return Measure(device, "iopo_loss_f32", $"{quads} quads of {tokens} tokens", 8 * n, quads, 1, arguments, threads: 128);
    }

    private static int Fill(GpuDevice device) => 8 * device.Multiprocessors;

    private static BandwidthResult Measure(
        GpuDevice device, string kernel, string shape, double bytes, int gridX, int gridY, LaunchArgument[] arguments,
        int threads = Threads) =>
        new(kernel, shape, bytes, Time(device, () => device.Launch(kernel, new LaunchShape(gridX, gridY, threads), arguments)));

    private static double Time(GpuDevice device, Action work)
    {
        for (int i = 0; i < WarmUps; i++)
            work();
        device.Wait();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Repetitions; i++)
            work();
        device.Wait();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / Repetitions;
    }

    /// <summary>Arrays of small normal numbers, freed together.</summary>
    private sealed class Arrays(GpuDevice device) : IDisposable
    {
        private readonly List<nint> _memory = [];

        public LaunchArgument Of(Element element, long count) => View(Address(element, count), count);

        public LaunchArgument Filled(Element element, double[] values)
        {
            nint address = Reserve((long)values.Length * element.Size());
            device.Write(address, element.Encode(values));
            return View(address, values.Length);
        }

        public LaunchArgument Table(long[] numbers) => Filled(Element.Int64, [.. numbers.Select(v => (double)v)]);

        public nint Address(Element element, long count)
        {
            nint address = Reserve(count * element.Size());
            // The same block again and again: arithmetic on zeros or on what lay there could be faster, or not finite.
            byte[] block = element.Encode(
                [.. Enumerable.Range(0, (int)Math.Min(count, 1 << 16)).Select(i => element >= Element.Int32 ? 0 : Math.Sin(i))]);
            for (long at = 0; at < count * element.Size(); at += block.Length)
                device.Write(address + (nint)at, block.AsSpan(0, (int)Math.Min(block.Length, (count * element.Size()) - at)));
            return address;
        }

        public void Dispose() => _memory.ForEach(device.Free);

        private nint Reserve(long bytes)
        {
            nint address = device.Allocate(bytes);
            _memory.Add(address);
            return address;
        }
    }
}
