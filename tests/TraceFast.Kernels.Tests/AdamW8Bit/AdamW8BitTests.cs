using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.AdamW8Bit;
using TraceFast.Kernels.Tests.Support;

namespace TraceFast.Kernels.Tests.AdamW8Bit;

/// <summary>
/// adamw_8bit against its formula, the nearest code found by a walk over all of them. Codes and scales are the same to the bit; parameters
/// to a rounding, since libtorch's square root is not always the nearest number.
/// </summary>
public sealed class AdamW8BitTests
{
    private static readonly AdamWOptions s_usual = new(1e-2, 0.9, 0.99, 1e-8, 0.1);

    public static TheoryData<string, int, string> Sizes
    {
        get
        {
            TheoryData<string, int, string> cases = [];
            foreach (string provider in Providers.Names(k => k.AdamW8Bit))
                foreach (int size in new[] { 0, 1, 3, 255, 256, 257, 5000, 40001 })
                    foreach (string dtype in new[] { "float32", "bfloat16", "bfloat16, float32 gradient" })
                        cases.Add(provider, size, dtype);
            return cases;
        }
    }

    public static TheoryData<string> ProviderNames => [.. Providers.Names(k => k.AdamW8Bit)];

    [Fact]
    public void The_maps_are_those_of_bitsandbytes()
    {
        foreach (IReadOnlyList<float> map in new[] { DynamicMap.Signed, DynamicMap.Unsigned })
        {
            Assert.Equal(256, map.Count);
            Assert.Equal(map.Distinct().Order(), map);
            Assert.Equal(1, map[255]);
        }
        // As create_dynamic_map prints them.
        Assert.Equal([-0.99296875f, -0.97890625f, -0.96484375f], DynamicMap.Signed.Take(3));
        Assert.Equal([-5.5e-7f, 0f, 5.5e-7f, 3.25e-6f, 7.75e-6f], DynamicMap.Signed.Skip(126).Take(5));
        Assert.Equal(0.99296875f, DynamicMap.Signed[254]);
        Assert.Equal([0f, 3.25e-7f, 7.75e-7f, 2.125e-6f], DynamicMap.Unsigned.Take(4));
        Assert.Equal(0.99648438f, DynamicMap.Unsigned[254], 1e-7f);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Equals_the_formula(string provider, int size, string dtype)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.ScalarType stored = dtype == "float32" ? torch.ScalarType.Float32 : torch.ScalarType.BFloat16;
        torch.ScalarType given = dtype == "bfloat16" ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
        torch.Tensor start = Sample.Tensor(Sample.Normal(1, size), [size], stored);
        using AdamW8BitState state = new(start.clone());
        Formula formula = new(Floats(start));
        for (int t = 1; t <= 4; t++)
        {
            double[] drawn = Sample.Normal(10 + t, size, spread: 1e-3);
            for (int i = 0; i < size; i += 7)
                drawn[i] *= i % 2 == 0 ? 0 : 1e-4; // zeros, and moments far below the block's largest
            torch.Tensor gradient = Sample.Tensor(drawn, [size], given);
            Providers.Get(provider).AdamW8Bit.Step([state], [gradient], s_usual);
            formula.Step(Floats(gradient), s_usual);
            Same(formula, state, $"after {t}");
        }
        Assert.Equal(Floats((state.Master ?? state.Parameter).to(stored)), Floats(state.Parameter));
    }

    /// <summary>With betas of 0 the moments are g and g^2, and g of a block whose largest is 1 is quantized as it is.</summary>
    [Theory, MemberData(nameof(ProviderNames))]
    public void Every_number_gets_the_nearest_code(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        IEnumerable<float> bounds = DynamicMap.Signed.Zip(DynamicMap.Signed.Skip(1), (a, b) => (a + b) * 0.5f)
            .Concat(DynamicMap.Unsigned.Zip(DynamicMap.Unsigned.Skip(1), (a, b) => MathF.Sqrt((a + b) * 0.5f)));
        float[] around = [.. bounds.Concat(DynamicMap.Signed).Concat([float.Epsilon, -float.Epsilon, 1e-30f, -1e-8f])
            .SelectMany(x => new[] { MathF.BitDecrement(x), x, MathF.BitIncrement(x) }).Where(x => MathF.Abs(x) <= 1)];
        float[] g = [.. around.Chunk(AdamW8BitState.Block - 1).SelectMany(block => block.Append(1))];
        using AdamW8BitState state = new(torch.zeros(g.Length));
        Formula formula = new(new float[g.Length]);
        AdamWOptions bare = new(1e-3, 0, 0, 1e-8, 0);
        Providers.Get(provider).AdamW8Bit.Step([state], [torch.tensor(g)], bare);
        formula.Step(g, bare);
        Same(formula, state, "codes");
        byte[] codes = Bytes(state.FirstCodes);
        for (int i = 0; i < g.Length; i++)
        {
            float least = DynamicMap.Signed.Min(value => MathF.Abs(value - g[i])), off = MathF.Abs(DynamicMap.Signed[codes[i]] - g[i]);
            Assert.True(off <= least + 1e-7f || (g[i] < 0 && codes[i] == 126), $"{g[i]:R} has code {codes[i]}");
        }
        Assert.Equal(Enumerable.Range(0, 256).Select(code => (byte)code), codes.Distinct().Order());
        Assert.Equal(256, Bytes(state.SecondCodes).Distinct().Count());
    }

    [Theory, MemberData(nameof(ProviderNames))]
    public void A_gradient_that_is_not_finite_moves_no_parameter_and_clears_its_moments(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        const int Size = 600;
        using AdamW8BitState state = new(torch.ones(Size));
        Formula formula = new([.. Enumerable.Repeat(1f, Size)]);
        for (int t = 1; t <= 3; t++)
        {
            torch.Tensor gradient = Sample.Tensor(Sample.Normal(t, Size), [Size], torch.ScalarType.Float32);
            if (t == 2)
                foreach ((int at, float value) in new[] { (3, float.NaN), (300, float.NegativeInfinity), (599, 1e30f) })
                    gradient[at] = value;
            Providers.Get(provider).AdamW8Bit.Step([state], [gradient], s_usual);
            formula.Step(Floats(gradient), s_usual);
            Same(formula, state, $"after {t}");
            Assert.All(Floats(state.Parameter), x => Assert.True(float.IsFinite(x)));
        }
    }

    [Theory, MemberData(nameof(ProviderNames))]
    public void Gradients_of_zero_only_decay_and_null_gradients_do_nothing(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AdamW8BitState decayed = new(torch.ones(300)), still = new(torch.ones(300));
        Providers.Get(provider).AdamW8Bit.Step([decayed, still], [torch.zeros(300), null], s_usual);
        Assert.All(Floats(decayed.Parameter), x => Assert.Equal((float)(1 - (1e-2 * 0.1)), x));
        Assert.All(Floats(decayed.FirstScales).Concat(Floats(decayed.SecondScales)), x => Assert.Equal(0, x));
        Assert.All(Bytes(decayed.FirstCodes), code => Assert.Equal(127, code));
        Assert.All(Floats(still.Parameter), x => Assert.Equal(1, x));
        Assert.Equal((1, 0), (decayed.Steps, still.Steps));
    }

    [Theory, MemberData(nameof(ProviderNames))]
    public void Any_number_of_threads_gives_the_same_bits(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int before = torch.get_num_threads();
        List<AdamW8BitState[]> runs = [];
        try
        {
            foreach (int threads in new[] { 1, 2, 3 })
            {
                torch.set_num_threads(threads);
                AdamW8BitState[] states = [.. new[] { 100003, 7, 20000 }.Select(
                    (size, i) => new AdamW8BitState(Sample.Tensor(Sample.Normal(i, size), [size], torch.ScalarType.Float32)))];
                for (int t = 0; t < 3; t++)
                    Providers.Get(provider).AdamW8Bit.Step(
                        states, [.. states.Select((s, i) => Sample.Tensor(Sample.Normal((10 * t) + i, s.Parameter.numel()),
                            s.Parameter.shape, torch.ScalarType.Float32))], s_usual);
                runs.Add(states);
            }
        }
        finally
        {
            torch.set_num_threads(before);
        }
        foreach (AdamW8BitState[] run in runs.Skip(1))
            for (int i = 0; i < run.Length; i++)
            {
                Assert.Equal(Floats(runs[0][i].Parameter), Floats(run[i].Parameter));
                Assert.Equal(Bytes(runs[0][i].FirstCodes), Bytes(run[i].FirstCodes));
                Assert.Equal(Bytes(runs[0][i].SecondCodes), Bytes(run[i].SecondCodes));
            }
        runs.ForEach(run => Array.ForEach(run, s => s.Dispose()));
    }

    [Fact]
    public void A_state_takes_two_bytes_an_element_and_eight_a_block()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AdamW8BitState state = new(torch.zeros(3, 257));
        Assert.Equal([771, 771, 4 * 4, 4 * 4], state.Moments.Select(m => m.Tensor.numel() * m.Tensor.element_size()));
        Rejection.Names(
            "parameter", "Float64", "Float32", () => _ = new AdamW8BitState(torch.ones([3]).to(torch.ScalarType.Float64)));
    }

    private static float[] Floats(torch.Tensor tensor) => [.. Sample.Doubles(tensor).Select(x => (float)x)];

    private static byte[] Bytes(torch.Tensor tensor) => tensor.numel() == 0 ? [] : tensor.flatten().data<byte>().ToArray();

    private static void Same(Formula formula, AdamW8BitState state, string when)
    {
        Assert.True(formula.FirstScales.SequenceEqual(Floats(state.FirstScales)), $"scales of m {when}");
        Assert.True(formula.SecondScales.SequenceEqual(Floats(state.SecondScales)), $"scales of v {when}");
        Assert.Equal(formula.FirstCodes, Bytes(state.FirstCodes));
        Assert.Equal(formula.SecondCodes, Bytes(state.SecondCodes));
        Close.Assert(
            [.. formula.Theta.Select(x => (double)x)], Sample.Doubles(state.Master ?? state.Parameter), 2e-7, $"theta {when}");
    }

    /// <summary>The step in loops over single floats.</summary>
    private sealed class Formula(float[] theta)
    {
        private readonly int _blocks = (theta.Length + AdamW8BitState.Block - 1) / AdamW8BitState.Block;
        private int _steps;

        public float[] Theta { get; } = theta;

        public byte[] FirstCodes { get; } = new byte[theta.Length];

        public byte[] SecondCodes { get; } = new byte[theta.Length];

        public float[] FirstScales => field ??= new float[_blocks];

        public float[] SecondScales => field ??= new float[_blocks];

        public void Step(float[] gradient, AdamWOptions o)
        {
            _steps++;
            double root = Math.Sqrt(1 - Math.Pow(o.Beta2, _steps));
            float size = (float)(-o.LearningRate / (1 - Math.Pow(o.Beta1, _steps)) * root), eps = (float)(root * o.Epsilon);
            (float beta1, float rest1) = ((float)o.Beta1, (float)(1 - o.Beta1));
            (float beta2, float rest2) = ((float)o.Beta2, (float)(1 - o.Beta2));
            for (int block = 0; block < _blocks; block++)
            {
                int begin = block * AdamW8BitState.Block, end = Math.Min(Theta.Length, begin + AdamW8BitState.Block);
                float[] m = new float[end - begin], v = new float[end - begin];
                for (int i = begin; i < end; i++)
                {
                    float g = gradient[i];
                    float first = (DynamicMap.Signed[FirstCodes[i]] * FirstScales[block] * beta1) + (rest1 * g);
                    float second = (DynamicMap.Unsigned[SecondCodes[i]] * SecondScales[block] * beta2) + (rest2 * g * g);
                    if (!float.IsFinite(second))
                        continue;
                    (m[i - begin], v[i - begin]) = (first, second);
                    float moved = Theta[i] + (size * (first / (MathF.Sqrt(second) + eps)));
                    Theta[i] = moved * (float)(1 - (o.LearningRate * o.WeightDecay));
                }
                FirstScales[block] = m.Max(MathF.Abs);
                SecondScales[block] = v.Max();
                for (int i = begin; i < end; i++)
                {
                    float x = FirstScales[block] > 0 ? m[i - begin] / FirstScales[block] : 0;
                    int code = Nearest(x, DynamicMap.Signed);
                    FirstCodes[i] = (byte)(x < 0 && code == 127 ? 126 : code);
                    SecondCodes[i] = (byte)Nearest(SecondScales[block] > 0 ? v[i - begin] / SecondScales[block] : 0, DynamicMap.Unsigned);
                }
            }
        }

        private static int Nearest(float x, IReadOnlyList<float> map)
        {
            int code = 0;
            while (code < 255 && Past((map[code] + map[code + 1]) * 0.5f))
                code++;
            return code;

            bool Past(float middle) => x > middle || (x == middle && code % 2 == 1);
        }
    }
}
