using static TraceFast.Cuda.LaunchArgument;

namespace TraceFast.Benchmarks.Gpu.Cases;

/// <summary>linear_log_prob's tiles, iopo_loss and adamw; formulas stand at the kernels in src/TraceFast.GpuKernels.</summary>
internal static class LossCases
{
    private const int Threads = 256;
    private const double Lowest = -1e30;

    private static readonly Element[] s_elements = [Element.BFloat16, Element.Float32, Element.Float64];

    public static IEnumerable<KernelCase> All()
    {
        foreach (Element element in s_elements)
        {
            foreach ((int rows, int[] tiles, double scale, double softcap) in new[]
                { (1, new[] { 31 }, 1.0, 0.0), (3, [123, 7], 1.2, 0), (47, [100, 31], 1, 4), (2, [4097, 4000], 1, 0),
                    (3, [600, 2500], 0.5, 30), (1, [50257], 1, 0) })
                yield return new KernelCase(
                    "linear_log_prob", element, $"[{rows}, {string.Join(" + ", tiles)}]{(softcap > 0 ? " softcap" : "")}",
                    c => LogProb(c, element, rows, tiles, scale, softcap));
        }
        foreach (Element element in new[] { Element.Float32, Element.Float64 })
        {
            foreach ((int quads, int longest, double beta, double smoothing, double ftx) in new[]
                { (1, 1, 0.1, 0.0, 0.0), (3, 40, 0.1, 0.1, 0), (5, 300, 1, 0, 0.5), (2, 900, 50, 0.2, 1), (9, 5, 0.1, 0, 0) })
                yield return new KernelCase(
                    "iopo_loss", element, $"{quads} quads, up to {longest} tokens, beta {beta:g}",
                    c => IopoLoss(c, element, quads, longest, beta, smoothing, ftx));
        }
        foreach ((Element parameter, Element gradient) in new[]
            { (Element.BFloat16, Element.BFloat16), (Element.BFloat16, Element.Float32), (Element.Float32, Element.Float32),
                (Element.Float64, Element.Float64) })
        {
            foreach (bool master in parameter == Element.BFloat16 ? [true, false] : new[] { false })
                yield return new KernelCase(
                    "adamw", parameter, $"3 tensors, gradient {gradient.Suffix()}{(master ? ", master" : "")}",
                    c => AdamW(c, parameter, gradient, master));
        }
    }

    private static void LogProb(KernelCheck c, Element element, int rows, int[] tiles, double scale, double softcap)
    {
        Element wide = element.Accumulation();
        int vocabulary = tiles.Sum();
        string cap = softcap > 0 && element != Element.Float64 ? "_softcap" : "";
        DeviceArray targets = c.Whole(Element.Int64, rows, vocabulary), coefficient = c.Normal(wide, rows);
        DeviceArray max = c.Array(wide, [.. Enumerable.Repeat(Lowest, rows)]), sum = c.Array(wide, new double[rows]);
        DeviceArray target = c.Empty(wide, rows), correction = c.Empty(wide, rows);
        double[] mostOf = [.. Enumerable.Repeat(Lowest, rows)], sumOf = new double[rows], targetOf = new double[rows];
        List<DeviceArray> logits = [];
        long first = 0;
        foreach (int tokens in tiles)
        {
            DeviceArray z = c.Normal(element, rows * tokens, 3), kept = c.Array(element, z.Values);
            logits.Add(kept);
            c.LaunchRows(
                $"log_prob_tile{cap}_{element.Suffix()}", rows, Threads, z, targets, max, sum, target, correction, Number(rows),
                Number(tokens),
                Number(first), Real(scale), Real(softcap), Number(1));
            double[] written = new double[rows * tokens], shrink = new double[rows];
            for (int row = 0; row < rows; row++)
            {
                double Logit(int j) => Formulas.Cap(scale * z.Values[(row * tokens) + j], softcap);
                long column = (long)targets.Values[row] - first;
                double before = mostOf[row];
                foreach (int j in Enumerable.Range(0, tokens).Where(j => j != column))
                    mostOf[row] = Math.Max(mostOf[row], Logit(j));
                shrink[row] = Math.Exp(before - mostOf[row]);
                sumOf[row] *= shrink[row];
                for (int j = 0; j < tokens; j++)
                {
                    double e = j == column ? 0 : Math.Exp(Logit(j) - mostOf[row]);
                    sumOf[row] += e;
                    written[(row * tokens) + j] = e * Formulas.CapSlope(Logit(j), softcap);
                }
                if (column >= 0 && column < tokens)
                    targetOf[row] = Logit((int)column);
            }
            c.Close("z", z, written);
            c.Close("correction", correction, shrink);
            first += tokens;
        }
        c.Close("row_max", max, mostOf);
        c.Close("row_sum", sum, sumOf);
        c.Close("target_logit", target, targetOf);

        double[] lse = new double[rows];
        for (int row = 0; row < rows; row++)
            lse[row] = targetOf[row] + Math.Log(1 + (sumOf[row] * Math.Exp(mostOf[row] - targetOf[row])));
        DeviceArray logSumExp = c.Array(wide, lse);
        first = 0;
        foreach ((int tokens, DeviceArray z) in tiles.Zip(logits))
        {
            int columns = (tokens + (Threads * 16 / element.Size()) - 1) / (Threads * 16 / element.Size());
            c.Launch(
                $"log_prob_gradient{cap}_{element.Suffix()}", columns, rows, Threads, z, targets, logSumExp, coefficient, Number(rows),
                Number(tokens), Number(first), Real(scale), Real(softcap));
            double[] expected = new double[rows * tokens];
            for (int at = 0; at < expected.Length; at++)
            {
                int row = at / tokens;
                double logit = Formulas.Cap(scale * z.Values[at], softcap);
                double onehot = (at % tokens) + first == (long)targets.Values[row] ? 1 : 0;
                expected[at] = (onehot - Math.Exp(logit - lse[row])) * coefficient.Values[row] * Formulas.CapSlope(logit, softcap);
            }
            c.Close("gradient", z, expected);
            first += tokens;
        }

        Cuda.LaunchArgument Real(double value) => wide == Element.Float64 ? Number(value) : Number((float)value);
    }

    private static void IopoLoss(KernelCheck c, Element element, int quads, int longest, double beta, double smoothing, double ftx)
    {
        DeviceArray lengths = c.Whole(Element.Int32, 4 * quads, longest);
        double[] starts = new double[(4 * quads) + 1];
        for (int s = 0; s < 4 * quads; s++)
            starts[s + 1] = starts[s] + lengths.Values[s] + 1;
        DeviceArray segments = c.Array(Element.Int32, starts), logp = c.Normal(element, (long)starts[^1]);
        DeviceArray reference = c.Normal(Element.Float64, 4 * quads, longest), weight = c.Normal(Element.Float64, quads);
        DeviceArray slope = c.Empty(element, logp.Count), loss = c.Empty(Element.Float64, quads), margin = c.Empty(Element.Float64, quads);
        DeviceArray sums = c.Empty(Element.Float64, 4 * quads);
        c.LaunchRows(
            $"iopo_loss_{element.Suffix()}", quads, 128, logp, segments, reference, weight, slope, loss, margin, sums, Number(quads),
            Number(beta), Number(smoothing), Number(ftx));

        double[] sum = new double[4 * quads], losses = new double[quads], margins = new double[quads], slopes = new double[logp.Count];
        for (int s = 0; s < sum.Length; s++)
            for (int t = (int)starts[s]; t < starts[s + 1]; t++)
                sum[s] += logp.Values[t];
        for (int q = 0; q < quads; q++)
        {
            double Ratio(int role) => sum[(4 * q) + role] - reference.Values[(4 * q) + role];
            double Count(int role) => starts[(4 * q) + role + 1] - starts[(4 * q) + role];
            margins[q] = Ratio(0) - Ratio(1) + Ratio(2) - Ratio(3);
            double x = beta * margins[q];
            losses[q] = -((1 - smoothing) * Formulas.LogSigmoid(x)) - (smoothing * Formulas.LogSigmoid(-x))
                - (ftx * ((sum[4 * q] / Count(0)) + (sum[(4 * q) + 2] / Count(2))));
            double ofMargin = beta * ((smoothing * Formulas.Sigmoid(x)) - ((1 - smoothing) * Formulas.Sigmoid(-x)));
            for (int role = 0; role < 4; role++)
                for (int t = (int)starts[(4 * q) + role]; t < starts[(4 * q) + role + 1]; t++)
                    slopes[t] = weight.Values[q] * (role % 2 == 0 ? ofMargin - (ftx / Count(role)) : -ofMargin);
        }
        c.Close("sums", sums, sum);
        c.Close("margin", margin, margins);
        c.Close("loss", loss, losses);
        c.Close("slope", slope, slopes);
    }

    private static void AdamW(KernelCheck c, Element parameter, Element gradient, bool master)
    {
        const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;
        Element wide = parameter.Accumulation();
        int[] counts = [1, 47, 40_001];
        List<(DeviceArray Parameter, DeviceArray? Master, DeviceArray Gradient, DeviceArray First, DeviceArray Second)> tensors = [];
        List<double> addresses = [], factors = [];
        foreach (int count in counts)
        {
            DeviceArray exact = c.Normal(wide, count);
            DeviceArray theta = c.Array(parameter, exact.Values), g = c.Normal(gradient, count), first = c.Normal(wide, count);
            DeviceArray second = c.Array(wide, [.. c.Normal(wide, count).Values.Select(v => v * v)]);
            tensors.Add((theta, master ? exact : null, g, first, second));
            addresses.AddRange([theta.Address, master ? exact.Address : 0, g.Address, first.Address, second.Address, count]);
            factors.AddRange([0.99, 0.01 * count, 0.7]);
        }
        DeviceArray table = c.Array(Element.Int64, [.. addresses]), numbers = c.Array(Element.Float64, [.. factors]);
        string suffix = gradient == parameter ? parameter.Suffix() : $"{parameter.Suffix()}_{gradient.Suffix()}";
        c.Launch(
            $"adamw_{suffix}", 4, counts.Length, Threads, table, numbers, Number(Beta1), Number(Beta2), Number(Epsilon));
        for (int i = 0; i < counts.Length; i++)
        {
            (DeviceArray theta, DeviceArray? exact, DeviceArray g, DeviceArray first, DeviceArray second) = tensors[i];
            double[] m = new double[counts[i]], v = new double[counts[i]], updated = new double[counts[i]];
            for (int k = 0; k < counts[i]; k++)
            {
                m[k] = first.Values[k] + ((g.Values[k] - first.Values[k]) * (1 - Beta1));
                v[k] = (second.Values[k] * Beta2) + ((1 - Beta2) * g.Values[k] * g.Values[k]);
                updated[k] = ((exact ?? theta).Values[k] * factors[3 * i])
                    - (factors[(3 * i) + 1] * m[k] / ((Math.Sqrt(v[k]) / factors[(3 * i) + 2]) + Epsilon));
            }
            c.Close("first moment", first, m);
            c.Close("second moment", second, v);
            c.Close("parameter", theta, updated);
            if (exact is not null)
                c.Close("master", exact, updated);
        }
    }
}
