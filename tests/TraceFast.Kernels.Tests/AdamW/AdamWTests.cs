using System.Text.Json;
using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.Tests.Support;
using TraceFast.Tests;

namespace TraceFast.Kernels.Tests.AdamW;

/// <summary>adamw against torch.optim.AdamW's stored steps and against the formula.</summary>
public sealed class AdamWTests
{
    private static readonly AdamWOptions s_usual = new(1e-2, 0.9, 0.99, 1e-8, 0.1);

    public static TheoryData<string, string, string> OracleCases
    {
        get
        {
            TheoryData<string, string, string> cases = [];
            foreach (string provider in Providers.Names(k => k.AdamW))
                foreach (string config in new[] { "default", "hot", "nodecay" })
                    foreach (string precision in new[] { "f32", "f64" })
                        cases.Add(provider, config, precision);
            return cases;
        }
    }

    public static TheoryData<string, int> Sizes
    {
        get
        {
            TheoryData<string, int> cases = [];
            foreach (string provider in Providers.Names(k => k.AdamW))
                foreach (int size in new[] { 0, 1, 3, 47, 123, 40001 })
                    cases.Add(provider, size);
            return cases;
        }
    }

    [Theory, MemberData(nameof(OracleCases))]
    public void Follows_PyTorch(string provider, string config, string precision)
    {
        string folder = Oracles.Require("oracles", "hf", "adamw");
        OracleTensors oracle = new(Path.Combine(folder, "adamw.safetensors"));
        JsonElement settings = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "adamw.json"))).RootElement.GetProperty("configs")
            .GetProperty(config);
        AdamWOptions options = new(
            settings.GetProperty("lr").GetDouble(), settings.GetProperty("betas")[0].GetDouble(),
            settings.GetProperty("betas")[1].GetDouble(),
            settings.GetProperty("eps").GetDouble(), settings.GetProperty("weight_decay").GetDouble());
        torch.ScalarType dtype = precision == "f32" ? torch.ScalarType.Float32 : torch.ScalarType.Float64;
        double tolerance = precision == "f32" ? 3e-7 : 1e-14;
        string[] names = ["w", "b", "s", "m"];

        using DisposeScope scope = torch.NewDisposeScope();
        AdamWState[] states = Array.ConvertAll(
            names, n => new AdamWState(Sample.Tensor(oracle.Values($"init.{n}"), oracle.Shape($"init.{n}"), dtype)));
        for (int step = 0; step < 5; step++)
        {
            Providers.Get(provider).AdamW.Step(
                states, Array.ConvertAll(
                    names, n => Sample.Tensor(oracle.Values($"grad.{step}.{n}"), oracle.Shape($"grad.{step}.{n}"), dtype)), options);
            for (int i = 0; i < names.Length; i++)
            {
                string Key(string what) => $"{config}.{precision}.step{step + 1}.{what}.{names[i]}";
                Close.Assert(oracle.Values(Key("param")), Sample.Doubles(states[i].Parameter), tolerance, Key("param"));
                if (precision == "f64")
                    continue; // moments are stored for float32 only
                Close.Assert(oracle.Values(Key("exp_avg")), Sample.Doubles(states[i].FirstMoment), tolerance, Key("exp_avg"));
                Close.Assert(oracle.Values(Key("exp_avg_sq")), Sample.Doubles(states[i].SecondMoment), tolerance, Key("exp_avg_sq"));
            }
        }
        Array.ForEach(states, s => s.Dispose());
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Equals_the_formula(string provider, int size)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        double[] theta = Sample.Normal(1, size), m = new double[size], v = new double[size];
        using AdamWState state = new(Sample.Tensor(theta, [size]));
        for (int t = 1; t <= 3; t++)
        {
            double[] g = Sample.Normal(10 + t, size);
            Providers.Get(provider).AdamW.Step([state], [Sample.Tensor(g, [size])], s_usual);
            for (int i = 0; i < size; i++)
            {
                m[i] = (s_usual.Beta1 * m[i]) + ((1 - s_usual.Beta1) * g[i]);
                v[i] = (s_usual.Beta2 * v[i]) + ((1 - s_usual.Beta2) * g[i] * g[i]);
                double mhat = m[i] / (1 - Math.Pow(s_usual.Beta1, t)), vhat = v[i] / (1 - Math.Pow(s_usual.Beta2, t));
                theta[i] -= s_usual.LearningRate * ((s_usual.WeightDecay * theta[i]) + (mhat / (Math.Sqrt(vhat) + s_usual.Epsilon)));
            }
            Close.Assert(theta, Sample.Doubles(state.Parameter), 1e-13, $"theta after {t}");
            Close.Assert(m, Sample.Doubles(state.FirstMoment), 1e-13, $"m after {t}");
            Close.Assert(v, Sample.Doubles(state.SecondMoment), 1e-13, $"v after {t}");
        }
    }

    /// <summary>Steps too small for bfloat16 add up in the master.</summary>
    [Theory, MemberData(nameof(Sizes))]
    public void A_bfloat16_parameter_follows_its_float32_master(string provider, int size)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor start = Sample.Tensor(Sample.Normal(1, size), [size], torch.ScalarType.BFloat16);
        torch.Tensor gradient = Sample.Tensor(Sample.Normal(2, size), [size], torch.ScalarType.BFloat16);
        using AdamWState narrow = new(start.clone());
        using AdamWState mixed = new(start.clone());
        using AdamWState wide = new(start.to(torch.ScalarType.Float32));
        AdamWOptions options = s_usual with { LearningRate = 1e-5 };
        for (int t = 0; t < 20; t++)
        {
            Providers.Get(provider).AdamW.Step([narrow], [gradient], options);
            Providers.Get(provider).AdamW.Step([mixed], [gradient.to(torch.ScalarType.Float32)], options);
            Providers.Get(provider).AdamW.Step([wide], [gradient.to(torch.ScalarType.Float32)], options);
        }
        Assert.Equal(Sample.Doubles(wide.Parameter), Sample.Doubles(narrow.Master!));
        Assert.Equal(Sample.Doubles(wide.Parameter), Sample.Doubles(mixed.Master!));
        Assert.Equal(Sample.Doubles(wide.Parameter.to(torch.ScalarType.BFloat16)), Sample.Doubles(narrow.Parameter));
        Assert.Null(wide.Master);
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_parameter_without_a_gradient_stays_as_it_is(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AdamWState still = new(torch.ones([3]));
        using AdamWState moved = new(torch.ones([3]));
        Providers.Get(provider).AdamW.Step([still, moved], [null, torch.ones([3])], s_usual);
        Assert.Equal([1, 1, 1], Sample.Doubles(still.Parameter));
        Assert.Equal(0, still.Steps);
        Assert.Equal(1, moved.Steps);
        Assert.NotEqual([1, 1, 1], Sample.Doubles(moved.Parameter));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Rejects_arguments_that_do_not_fit(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AdamWKernel adamw = Providers.Get(provider).AdamW;
        using AdamWState state = new(torch.ones([3]));
        Rejection.Names("gradients", "2 tensors", "1, one for each", () => adamw.Step([state], [null, null], s_usual));
        Rejection.Names("gradients[0]", "[4]", "[3]", () => adamw.Step([state], [torch.ones([4])], s_usual));
        Rejection.Names(
            "gradients[0]", "Float64", "Float32", () => adamw.Step([state], [torch.ones([3]).to(torch.ScalarType.Float64)], s_usual));
        Rejection.Names("Beta1", "1", "[0, 1)", () => adamw.Step([state], [null], s_usual with { Beta1 = 1 }));
        Rejection.Names("LearningRate", "NaN", "finite", () => adamw.Step([state], [null], s_usual with { LearningRate = double.NaN }));
        Rejection.Names("Epsilon", "-1", "at least 0", () => adamw.Step([state], [null], s_usual with { Epsilon = -1 }));
        Assert.Equal(0, state.Steps);
        Rejection.Names("parameter", "Int64", "Float64", () => _ = new AdamWState(torch.ones([3]).to(torch.ScalarType.Int64)));
    }
}
