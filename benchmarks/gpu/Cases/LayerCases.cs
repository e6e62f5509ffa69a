using static TraceFast.Cuda.LaunchArgument;

namespace TraceFast.Benchmarks.Gpu.Cases;

/// <summary>
/// rms_norm, rope, swiglu, attention's softmax and lora_linear's update; formulas stand at the kernels in src/TraceFast.GpuKernels.
/// </summary>
internal static class LayerCases
{
    private const int Threads = 256;
    private const double Eps = 1e-6;

    private static readonly Element[] s_elements = [Element.BFloat16, Element.Float32, Element.Float64];

    public static IEnumerable<KernelCase> All()
    {
        foreach (Element element in s_elements)
        {
            foreach ((int rows, int width, int style, bool add, int slack) in new[]
                { (1, 1, 0, false, 0), (3, 47, 0, true, 3), (5, 300, 1, false, 1), (7, 576, 2, true, 0), (2, 2000, 1, true, 8),
                    (70, 31, 0, false, 0) })
                yield return new KernelCase(
                    "rms_norm", element, $"[{rows}, {width}] style {style}{(add ? " + residual" : "")}",
                    c => RmsNorm(c, element, vectors: false, rows, width, style, add, slack));
            foreach ((int rows, int heads, int headDim, int angles) in
                new[] { (1, 1, 2, 1), (5, 3, 10, 5), (9, 4, 64, 16), (33, 9, 64, 32) })
                yield return new KernelCase(
                    "rope", element, $"[{rows}, {heads}, {headDim}] {angles} angles",
                    c => Rope(c, element, vectors: false, rows, heads, headDim, angles));
            foreach ((int rows, int width, int slack) in new[] { (1, 1, 0), (3, 47, 5), (40, 300, 0) })
                for (int activation = 0; activation < 3; activation++)
                    yield return SwiGluCase(element, vectors: false, rows, width, slack, activation);
            foreach ((int heads, int rows, int keys, int first, int window, double softcap) in new[]
                { (1, 1, 1, 0, int.MaxValue, 0.0), (3, 5, 47, 42, int.MaxValue, 0), (2, 9, 300, 290, 7, 0),
                    (4, 3, 130, 127, int.MaxValue, 1.5) })
                yield return new KernelCase(
                    "tree_attention", element,
                    $"[{heads} x {rows}, {keys}]{(softcap > 0 ? " softcap" : "")}{(window < keys ? " window" : "")}",
                    c => Attention(c, element, heads, rows, keys, first, window, softcap));
            foreach ((int rows, int width, int rank) in new[] { (1, 1, 1), (7, 47, 3), (130, 300, 8), (5, 257, 64) })
                yield return new KernelCase(
                    "lora_linear", element, $"[{rows}, {width}] rank {rank}", c => LoraExpand(c, element, rows, width, rank));
            if (element == Element.Float64)
                continue; // no kernels of vectors
            foreach ((int rows, int width, int style, bool add, int slack) in new[]
                { (1, 8, 0, false, 0), (3, 48, 0, true, 8), (5, 576, 1, false, 0), (7, 4096, 2, true, 16) })
                yield return new KernelCase(
                    "rms_norm", element, $"[{rows}, {width}] style {style}{(add ? " + residual" : "")}, vectors",
                    c => RmsNorm(c, element, vectors: true, rows, width, style, add, slack));
            foreach ((int rows, int heads, int headDim) in new[] { (1, 1, 16), (5, 3, 64), (33, 2, 128) })
                yield return new KernelCase(
                    "rope", element, $"[{rows}, {heads}, {headDim}], vectors",
                    c => Rope(c, element, vectors: true, rows, heads, headDim, headDim / 2));
            foreach ((int rows, int width, int slack) in new[] { (1, 8, 0), (3, 48, 8), (40, 1536, 0) })
                for (int activation = 0; activation < 3; activation++)
                    yield return SwiGluCase(element, vectors: true, rows, width, slack, activation);
        }
    }

    private static KernelCase SwiGluCase(Element element, bool vectors, int rows, int width, int slack, int activation) => new(
        "swiglu", element, $"[{rows}, {width}] activation {activation}{(vectors ? ", vectors" : "")}",
        c => SwiGlu(c, element, vectors, rows, width, slack, activation));

    private static string Kernel(string name, Element element, bool vectors = false) =>
        $"{name}{(vectors ? "_vectors" : "")}_{element.Suffix()}";

    private static Cuda.LaunchArgument Real(double value, Element element) =>
        element.Accumulation() == Element.Float64 ? Number(value) : Number((float)value);

    private static void RmsNorm(KernelCheck c, Element element, bool vectors, int rows, int width, int style, bool add, int slack)
    {
        Element wide = element.Accumulation();
        long stride = width + slack;
        DeviceArray x = c.Normal(element, rows * stride), residual = c.Normal(element, rows * stride), w = c.Normal(wide, width);
        DeviceArray sum = c.Empty(element, rows * width), y = c.Empty(element, rows * width), rstd = c.Empty(wide, rows);
        c.LaunchRows(
            Kernel("rms_norm_forward", element, vectors), rows, Threads, x, residual, w, sum, y, rstd, Number(rows), Number(width),
            Number(stride), Number(stride), Real(Eps, element), Number(style), Number(add ? 1 : 0));

        double[] normed = new double[rows * width], expected = new double[rows * width], r = new double[rows];
        for (int n = 0; n < rows; n++)
        {
            double squares = 0;
            for (int h = 0; h < width; h++)
            {
                int at = (n * width) + h;
                double value = x.Values[(n * stride) + h];
                if (add) // the sum is rounded to the dtype, and normalized as such
                    value = element.Decode(element.Encode([value + residual.Values[(n * stride) + h]]))[0];
                normed[at] = value;
                squares += value * value;
            }
            r[n] = 1 / Math.Sqrt((squares / width) + Eps);
            for (int h = 0; h < width; h++)
                expected[(n * width) + h] = (w.Values[h] + (style == 1 ? 1 : 0)) * normed[(n * width) + h] * r[n];
        }
        c.Close("rstd", rstd, r);
        c.Close("y", y, expected);
        if (add)
            c.Close("sum", sum, normed, tolerance: 0);

        DeviceArray dense = c.Array(element, normed), dy = c.Normal(element, rows * width), dsum = c.Normal(element, rows * width);
        DeviceArray dx = c.Empty(element, rows * width), exact = c.Array(wide, r);
        c.LaunchRows(
            Kernel("rms_norm_backward", element, vectors), rows, Threads, dense, w, exact, dy, dsum, dx, Number(rows), Number(width),
            Number((long)width), Number(style), Number(add ? 1 : 0));
        double[] dw = new double[width];
        for (int n = 0; n < rows; n++)
        {
            double dot = 0;
            for (int h = 0; h < width; h++)
                dot += dy.Values[(n * width) + h] * (w.Values[h] + (style == 1 ? 1 : 0)) * normed[(n * width) + h] * r[n] / width;
            for (int h = 0; h < width; h++)
            {
                int at = (n * width) + h;
                double xhat = normed[at] * r[n];
                expected[at] = (r[n] * ((dy.Values[at] * (w.Values[h] + (style == 1 ? 1 : 0))) - (xhat * dot)))
                    + (add ? dsum.Values[at] : 0);
                dw[h] += dy.Values[at] * xhat;
            }
        }
        c.Close("dx", dx, expected, size: 1);

        const int RowsPerChunk = 16;
        (int columns, int chunks) = ((width + Threads - 1) / Threads, (rows + RowsPerChunk - 1) / RowsPerChunk);
        DeviceArray partial = c.Empty(wide, chunks * width), dweight = c.Empty(wide, width);
        c.Launch(
            Kernel("rms_norm_weight_gradient", element), columns, chunks, Threads, dense, exact, dy, partial, Number(rows), Number(width),
            Number((long)width), Number(RowsPerChunk));
        c.Launch(Kernel("rms_norm_sum_chunks", wide), columns, 1, Threads, partial, dweight, Number(chunks), Number(width));
        c.Close("dweight", dweight, dw);
    }

    private static void Rope(KernelCheck c, Element element, bool vectors, int rows, int heads, int headDim, int angles)
    {
        Element wide = element.Accumulation();
        (long headStride, long rowStride) = (headDim + 16, heads * (headDim + 16L));
        DeviceArray x = c.Normal(element, rows * rowStride), cos = c.Normal(wide, rows * angles), sin = c.Normal(wide, rows * angles);
        int perHead = vectors ? angles * element.Size() / 16 : headDim - angles;
        long items = (long)rows * heads * perHead;
        foreach (int sign in new[] { 1, -1 })
        {
            DeviceArray y = c.Empty(element, rows * heads * headDim);
            c.Launch(
                Kernel("rope", element, vectors), 4, 1, Threads, x, cos, sin, y, Number(items), Number(heads), Number(headDim),
                Number(angles),
                Number(rowStride), Number(headStride), Real(sign, element));
            double[] expected = new double[rows * heads * headDim];
            for (int row = 0; row < rows * heads; row++)
            {
                ReadOnlySpan<double> head = x.Values.AsSpan((int)((row / heads * rowStride) + (row % heads * headStride)), headDim);
                for (int i = 0; i < headDim; i++)
                {
                    int at = row / heads * angles, angle = i < angles ? i : i - angles;
                    expected[(row * headDim) + i] = i >= 2 * angles ? head[i]
                        : (head[i] * cos.Values[at + angle])
                            + ((i < angles ? -head[i + angles] : head[i - angles]) * sign * sin.Values[at + angle]);
                }
            }
            c.Close(sign > 0 ? "forward" : "backward", y, expected);
        }
    }

    private static void SwiGlu(KernelCheck c, Element element, bool vectors, int rows, int width, int slack, int activation)
    {
        long stride = width + slack, elements = rows * width;
        DeviceArray gate = c.Normal(element, rows * stride, 2), up = c.Normal(element, rows * stride), dy = c.Normal(element, elements);
        DeviceArray y = c.Empty(element, elements), dgate = c.Empty(element, elements), dup = c.Empty(element, elements);
        c.Launch(
            Kernel("swiglu_forward", element, vectors), 4, 1, Threads, gate, up, y, Number(elements), Number(width), Number(stride),
            Number(stride), Number(activation));
        c.Launch(
            Kernel("swiglu_backward", element, vectors), 4, 1, Threads, gate, up, dy, dgate, dup, Number(elements), Number(width),
            Number(stride), Number(stride), Number(activation));
        double[] ey = new double[elements], edgate = new double[elements], edup = new double[elements];
        for (int i = 0; i < elements; i++)
        {
            long from = (i / width * stride) + (i % width);
            (double z, double u) = (gate.Values[from], up.Values[from]);
            (double value, double slope) = Formulas.Activation(activation, z);
            (ey[i], edgate[i], edup[i]) = (value * u, dy.Values[i] * u * slope, dy.Values[i] * value);
        }
        c.Close("y", y, ey);
        c.Close("dgate", dgate, edgate);
        c.Close("dup", dup, edup);
    }

    private static void Attention(KernelCheck c, Element element, int heads, int rows, int keys, int first, int window, double softcap)
    {
        Element wide = element.Accumulation();
        const int GroupThreads = 128;
        int total = heads * rows;
        DeviceArray s = c.Normal(element, total * keys, 2), d = c.Normal(element, total * keys), lse = c.Empty(wide, total);
        DeviceArray again = c.Array(element, s.Values),
            positions = c.Array(Element.Int32, [.. Enumerable.Range(0, keys).Select(i => (double)i)]);
        c.LaunchRows(
            Kernel("attention_softmax", element), total, GroupThreads, s, lse, positions, Number(total), Number(rows), Number(keys),
            Number(first), Number(window), Real(softcap, element));
        double[] p = new double[total * keys], ds = new double[total * keys], elses = new double[total];
        for (int row = 0; row < total; row++)
        {
            double Logit(int j) => Formulas.Cap(again.Values[(row * keys) + j], softcap);
            int position = (row % rows) + first;
            int[] seen = [.. Enumerable.Range(0, keys).Where(j => j <= position && position - j < window)];
            double most = seen.Max(Logit);
            elses[row] = most + Math.Log(seen.Sum(j => Math.Exp(Logit(j) - most)));
            double dot = seen.Sum(j => Math.Exp(Logit(j) - elses[row]) * d.Values[(row * keys) + j]);
            foreach (int j in seen)
            {
                int at = (row * keys) + j;
                p[at] = Math.Exp(Logit(j) - elses[row]);
                ds[at] = p[at] * (d.Values[at] - dot) * Formulas.CapSlope(Logit(j), softcap);
            }
        }
        c.Close("p", s, p);
        c.Close("lse", lse, elses);
        DeviceArray exact = c.Array(wide, elses);
        c.LaunchRows(
            Kernel("attention_gradient", element), total, GroupThreads, again, d, exact, positions, Number(total), Number(rows),
            Number(keys),
            Number(first), Number(window), Real(softcap, element));
        c.Close("ds", d, ds, size: 1.0 / keys);
        c.Close("p of the gradient", again, p);
    }

    private static void LoraExpand(KernelCheck c, Element element, int rows, int width, int rank)
    {
        Element wide = element.Accumulation();
        DeviceArray y = c.Normal(element, rows * width), u = c.Normal(wide, rows * rank), p = c.Normal(wide, rank * width);
        c.Launch(
            Kernel("lora_expand", element), (width + Threads - 1) / Threads, (rows + 3) / 4, Threads, y, u, p, Number(rows), Number(width),
            Number(rank));
        double[] expected = [.. y.Values];
        for (int n = 0; n < rows; n++)
            for (int o = 0; o < width; o++)
                for (int r = 0; r < rank; r++)
                    expected[(n * width) + o] += u.Values[(n * rank) + r] * p.Values[(r * width) + o];
        c.Close("y", y, expected);
    }
}
