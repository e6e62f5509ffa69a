using TraceFast.Benchmarks.Kernels;
using TraceFast.Benchmarks.Shapes;
using TraceFast.Benchmarks.Step;
using TraceFast.Data;
using TraceFast.Kernels;
using TraceFast.Microbenchmarks.Kernels;
using TraceFast.Models.Config;
using Direction = TraceFast.Benchmarks.Kernels.Direction;

namespace TraceFast.Benchmarks.Tests.Kernels;

/// <summary>The table of cases: nothing of a kernel set is left out, and the shapes are the models'.</summary>
public class KernelCaseTests
{
    private static readonly BenchedProvider[] s_providers =
        [new(KernelSet.Reference, torch.CPU), new(KernelSet.Tiled, torch.CPU), new(KernelSet.Cpu, torch.CPU)];

    private static readonly IReadOnlyList<KernelCase> s_all = KernelCase.All(s_providers);

    /// <summary>The kernels of a set, by reflection: a new operation is one that the table must have.</summary>
    private static IEnumerable<Kernel> KernelsOf(KernelSet set) =>
        typeof(KernelSet).GetProperties().Where(p => p.PropertyType.IsAssignableTo(typeof(Kernel))).Select(p => (Kernel)p.GetValue(set)!);

    [Fact]
    public void Every_operation_of_a_kernel_set_is_in_the_table() =>
        Assert.Equal(KernelsOf(KernelSet.Reference).Select(k => k.Operation), BenchedOperation.All.Select(o => o.Name));

    [Fact]
    public void Every_provider_of_every_operation_is_timed_in_every_direction_and_shape()
    {
        foreach (Kernel kernel in s_providers.SelectMany(p => KernelsOf(p.Set)))
        {
            Direction[] expected = kernel.Operation switch
            {
                "adamw" or "adamw_8bit" => [Direction.Step],
                "iopo_loss" => [Direction.Both],
                "linear_log_prob" => [Direction.Forward, Direction.Both],
                _ => [Direction.Forward, Direction.Backward],
            };
            foreach (string shape in new[] { "smollm2-135m", "qwen2-7b", "demo" })
            {
                KernelCase[] cases = [.. s_all.Where(
                    c => c.Operation.Name == kernel.Operation && c.Provider == kernel.Provider.Name && c.Shape.Name == shape)];
                Assert.Equal(expected, cases.Select(c => c.Direction.Direction).Distinct());
                int dtypes = kernel.Operation == "iopo_loss" ? 1 : 2;
                Assert.Equal(expected.Length * dtypes, cases.Length);
            }
        }
    }

    [Fact]
    public void Names_are_unique_and_costs_are_positive()
    {
        Assert.Equal(s_all.Count, s_all.Select(c => c.Name).Distinct().Count());
        Assert.All(s_all, c => Assert.True(c.Cost.Flops > 0 && c.Cost.Bytes > 0, c.Name));
        Assert.All(s_all, c => Assert.InRange(c.Calls, 1, 128));
    }

    [Fact]
    public void Calls_of_an_iteration_take_about_20_ms()
    {
        // 4 x (2 x 1600 x 576 + 576) = 7,375,104 bytes: 0.7375 ms at 10 GB/s, 27.1 calls in 20 ms.
        Assert.Equal(28, Only("rms_norm/smollm2-135m/forward/float32/cpu").Calls);
        Assert.Equal(1, Only("linear_log_prob/qwen2-7b/both/float32/cpu").Calls);
    }

    [Theory]
    [InlineData("*rms_norm*", 24)] // 3 shapes, 2 directions, 2 dtypes, 2 providers
    [InlineData("rms_norm/demo/*", 8)]
    [InlineData("tree_attention/demo/forward/float32/*", 3)]
    [InlineData("*/qwen2-7b/backward/bfloat16/cpu", 5)]
    [InlineData("rms_norm/demo/forward/float32/cp?", 1)]
    public void A_filter_matches_names(string filter, int expected) =>
        Assert.Equal(expected, KernelCase.Choose(s_all, filter, brief: false).Count);

    [Fact]
    public void A_filter_that_matches_nothing_is_refused_with_what_there_is()
    {
        InputException e = Assert.Throws<InputException>(() => KernelCase.Choose(s_all, "rmsnorm", brief: false));
        Assert.Contains("--filter rmsnorm", e.Message, StringComparison.Ordinal);
        foreach (string part in new[] { "rms_norm, rope, swiglu", "smollm2-135m, qwen2-7b, demo", "forward, backward", "float32, bfloat16",
            "reference, cpu, tiled" })
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_short_run_has_each_operation_of_a_step_by_the_fastest_provider_and_the_reference()
    {
        IReadOnlyList<KernelCase> brief = KernelCase.Choose(s_all, null, brief: true);
        Assert.All(brief, c => Assert.Equal("smollm2-135m", c.Shape.Name));
        Assert.All(brief, c => Assert.Contains(c.Provider, new[] { "reference", "cpu" }));
        Assert.Equal(
            s_all.Where(c => c.Shape == BenchedShape.SmolLm2 && (c.Provider == "cpu" || c.Operation.Name == "iopo_loss")),
            brief.Where(c => c.Provider == "cpu" || c.Operation.Name == "iopo_loss"));
        Assert.Contains(brief, c => c.Name == "rms_norm/smollm2-135m/forward/bfloat16/reference");
        foreach (string product in new[] { "tree_attention", "lora_linear", "linear_log_prob" })
            Assert.DoesNotContain(brief, c => c.Operation.Name == product && c.Provider == "reference");
        Assert.Throws<InputException>(() => KernelCase.Choose(s_all, "*demo*", brief: true));
    }

    [Fact]
    public void Shapes_have_the_widths_of_their_models()
    {
        Same(ModelShape.Configuration("smollm2-135m"), BenchedShape.SmolLm2);
        string demo = Path.Combine(TraceFast.Tests.Oracles.RepositoryRoot, "models", "demo", "config.json");
        Same(DecoderConfig.Parse(File.ReadAllText(demo), demo), BenchedShape.Demo);
        // huggingface.co/Qwen/Qwen2-7B, config.json
        BenchedShape qwen = BenchedShape.Qwen2;
        Assert.Equal(
            (3584, 18944, 28, 4, 128, 152064, 28),
            (qwen.Hidden, qwen.Intermediate, qwen.Heads, qwen.KvHeads, qwen.HeadDim, qwen.Vocabulary, qwen.Layers));

        static void Same(DecoderConfig config, BenchedShape shape)
        {
            Assert.Equal(
                (config.HiddenSize, config.IntermediateSize, config.HeadCount, config.KeyValueHeadCount, config.HeadDim),
                (shape.Hidden, shape.Intermediate, shape.Heads, shape.KvHeads, shape.HeadDim));
            Assert.Equal((config.VocabularySize, config.Layers.Count), (shape.Vocabulary, shape.Layers));
            Assert.Equal(
                StepCost.Optimizer(config, BenchedShape.Rank, torch.ScalarType.Float32).Flops, 15.0 * shape.AdapterParameters);
        }
    }

    [Fact]
    public void A_pack_holds_each_prompt_once_and_each_response_twice()
    {
        // [x1 | y1 | y2 | x2 | y2 | y1] of 200 and 300 tokens.
        Assert.Equal((1600, 1200), (BenchedShape.SmolLm2.Tokens, BenchedShape.SmolLm2.Labels));
        foreach (BenchedShape shape in BenchedShape.All)
        {
            using TraceFast.Kernels.TreeAttention.TreeLayout layout = shape.Layout();
            Assert.Equal(shape.Tokens, layout.TokenCount);
            Assert.Equal(6 * shape.Quads, layout.SegmentCount);
        }
        using TraceFast.Kernels.TreeAttention.TreeLayout pack = BenchedShape.SmolLm2.Layout();
        Assert.Equal([-1, 0, 0, -1, 3, 3], pack.Parent.ToArray());
        Assert.Equal([0, 200, 200, 0, 200, 200], pack.FirstPosition.ToArray());
    }

    private static KernelCase Only(string name) => Assert.Single(s_all, c => c.Name == name);
}
