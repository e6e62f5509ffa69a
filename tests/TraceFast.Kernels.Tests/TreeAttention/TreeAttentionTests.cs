using TraceFast.Kernels.Tests.Support;
using TraceFast.Kernels.TreeAttention;
using TraceFast.PtxInterpreter;

namespace TraceFast.Kernels.Tests.TreeAttention;

/// <summary>tree_attention against attention written out token by token, and packed trees against their paths alone.</summary>
public sealed class TreeAttentionTests
{
    private const int HeadDim = 8;
    private const string LongestLayout = "longer than a block";

    private static readonly Dictionary<string, Func<TreeLayout>> s_layouts = new()
    {
        ["empty"] = () => Forests.Of(),
        ["one token"] = () => Forests.Of((1, -1)),
        ["sequence 47"] = () => TreeLayout.Sequence(47),
        ["quad 3 31 1 5"] = () => Forests.Quad(3, 31, 1, 5),
        ["three levels"] = () => Forests.Of((9, -1), (4, 0), (13, 1), (6, 1), (0, 0), (7, 4), (3, -1)),
        ["gap in positions"] = () => new TreeLayout([0, 5], [5, 6], [-1, 0], [2, 11]),
        [LongestLayout] = () => Forests.Of((300, -1), (31, 0), (280, 0)),
    };

    public static TheoryData<string, string, int, int, int?, double?> Cases
    {
        get
        {
            TheoryData<string, string, int, int, int?, double?> cases = [];
            foreach (string provider in Providers.Names(k => k.TreeAttention))
                foreach (string layout in s_layouts.Keys)
                    foreach ((int heads, int kvHeads, int? window, double? softcap) in
                        new (int, int, int?, double?)[] { (4, 2, null, null), (3, 3, 7, null), (3, 1, null, 1.5), (4, 2, 300, 2),
                            (1, 1, 1, null) })
                    {
                        // 5 to 10 s each on the interpreter: the longest layout with a window and a softcap, and with a softcap alone.
                        if (provider == InterpretedCuda.Kernels.Name && layout == LongestLayout && softcap is null)
                            continue;
                        cases.Add(provider, layout, heads, kvHeads, window, softcap);
                    }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_formula_and_its_differences(string provider, string layout, int heads, int kvHeads, int? window, double? softcap)
    {
        using TreeLayout trees = s_layouts[layout]();
        if (trees.TokenCount > 100) // central differences over the token-by-token loops: minutes
            Case(provider, trees, heads, kvHeads, window, softcap)
                .SameAs(x => Masked(x, trees, heads, kvHeads, window, softcap), torch.ScalarType.Float64, 1e-12);
        else
            Case(provider, trees, heads, kvHeads, window, softcap).Float64();
    }

    [Theory, MemberData(nameof(Cases))]
    public void Is_as_exact_in_bfloat16_as_libtorch(string provider, string layout, int heads, int kvHeads, int? window, double? softcap)
    {
        using TreeLayout trees = s_layouts[layout]();
        Case(provider, trees, heads, kvHeads, window, softcap).LowPrecision(x => Masked(x, trees, heads, kvHeads, window, softcap));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_reference_in_float32(string provider, string layout, int heads, int kvHeads, int? window, double? softcap)
    {
        using TreeLayout trees = s_layouts[layout]();
        OperationCheck check = Case(provider, trees, heads, kvHeads, window, softcap);
        check.SameAs(
            x => KernelSet.Reference.TreeAttention.Forward(x[0], x[1], x[2], trees, 0.4, window, softcap), torch.ScalarType.Float32, 1e-5);
        check.Repeats(torch.ScalarType.Float32);
    }

    /// <summary>Every root-to-leaf path of a random forest, computed alone, gives the packed rows.</summary>
    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Packed_trees_equal_their_paths_alone(string provider)
    {
        (int forests, int longest) = provider == InterpretedCuda.Kernels.Name ? (12, 50) : (40, 300); // 170 s for 40
        for (int seed = 0; seed < forests; seed++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using TreeLayout trees = Forests.Random(seed, seed % 4 == 0 ? longest : 12);
            int? window = seed % 3 == 0 ? 5 + (seed % 7) : null;
            double? softcap = seed % 5 == 0 ? 3 : null;
            TreeAttentionKernel attention = Providers.Get(provider).TreeAttention;
            torch.Tensor[] x = [
                .. new[] { 4, 2, 2 }.Select(
                    (heads, i) =>
                        Sample.Tensor(
                            Sample.Normal(seed + (100 * i), (long)trees.TokenCount * heads * HeadDim),
                            [trees.TokenCount, heads, HeadDim]))];
            torch.Tensor packed = attention.Forward(x[0], x[1], x[2], trees, 0.3, window, softcap);
            for (int leaf = 0; leaf < trees.SegmentCount; leaf++)
            {
                long[] rows = [
                    .. trees.Ancestors(leaf).Append(leaf).SelectMany(s => Enumerable.Range(trees.Start[s], trees.Length[s]))
                        .Select(r => (long)r)];
                torch.Tensor index = torch.tensor(rows, torch.ScalarType.Int64);
                using TreeLayout path = TreeLayout.Sequence(rows.Length);
                torch.Tensor alone = attention.Forward(
                    x[0].index_select(0, index), x[1].index_select(0, index), x[2].index_select(0, index), path, 0.3, window, softcap);
                Close.Assert(
                    Sample.Doubles(alone), Sample.Doubles(packed.index_select(0, index)), 1e-12,
                    $"{provider} forest {seed}, path to segment {leaf}");
            }
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Takes_strided_views(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using TreeLayout trees = Forests.Quad(5, 4, 3, 6);
        int tokens = trees.TokenCount;
        torch.Tensor fused = Sample.Tensor(Sample.Normal(1, tokens * 8 * HeadDim), [tokens, 8 * HeadDim]);
        torch.Tensor[] parts = [.. fused.split([4 * HeadDim, 2 * HeadDim, 2 * HeadDim], 1).Select(p => p.view(tokens, -1, HeadDim))];
        TreeAttentionKernel attention = Providers.Get(provider).TreeAttention;
        // Not to the bit: the order of a sum in libtorch's products depends on where in memory the operands begin.
        Close.Assert(
            Sample.Doubles(attention.Forward(parts[0].contiguous(), parts[1].contiguous(), parts[2].contiguous(), trees, 0.3, null, null)),
            Sample.Doubles(attention.Forward(parts[0], parts[1], parts[2], trees, 0.3, null, null)), 1e-13, "strided views");
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Rejects_arguments_that_do_not_fit(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using TreeLayout trees = TreeLayout.Sequence(3);
        TreeAttentionKernel attention = Providers.Get(provider).TreeAttention;
        torch.Tensor q = torch.zeros([3, 4, 8]);
        torch.Tensor k = torch.zeros([3, 2, 8]);
        Rejection.Names("k", "[2, 2, 8]", "[3, *, 8]", () => attention.Forward(q, k.narrow(0, 0, 2), k, trees, 1, null, null));
        Rejection.Names(
            "k", "3 heads", "divisor of the 4",
            () => attention.Forward(q, torch.zeros([3, 3, 8]), torch.zeros([3, 3, 8]), trees, 1, null, null));
        Rejection.Names("v", "[3, 1, 8]", "[3, 2, 8]", () => attention.Forward(q, k, k.narrow(1, 0, 1), trees, 1, null, null));
        Rejection.Names("k", "Float64", "Float32", () => attention.Forward(q, k.to(torch.ScalarType.Float64), k, trees, 1, null, null));
        Rejection.Names(
            "layout", "a layout of 3 tokens", "2",
            () => attention.Forward(q.narrow(0, 0, 2), k.narrow(0, 0, 2), k.narrow(0, 0, 2), trees, 1, null, null));
        Rejection.Names("window", "-4", "at least 1", () => attention.Forward(q, k, k, trees, 1, -4, null));
        Rejection.Names("window", "0", "at least 1", () => attention.Forward(q, k, k, trees, 1, 0, null));
        Rejection.Names("softcap", "0", "above 0", () => attention.Forward(q, k, k, trees, 1, null, 0));
        Rejection.Names("scale", "NaN", "finite", () => attention.Forward(q, k, k, trees, double.NaN, null, null));
    }

    private static OperationCheck Case(string provider, TreeLayout trees, int heads, int kvHeads, int? window, double? softcap) => new(
        $"tree_attention {provider} [{trees.TokenCount}, {heads}/{kvHeads}] window {window} softcap {softcap}",
        [
            new("q", Sample.Normal(1, trees.TokenCount * heads * HeadDim, 2), [trees.TokenCount, heads, HeadDim]),
            new("k", Sample.Normal(2, trees.TokenCount * kvHeads * HeadDim, 2), [trees.TokenCount, kvHeads, HeadDim]),
            new("v", Sample.Normal(3, trees.TokenCount * kvHeads * HeadDim), [trees.TokenCount, kvHeads, HeadDim]),
        ],
        x => Providers.Get(provider).TreeAttention.Forward(x[0], x[1], x[2], trees, 0.4, window, softcap),
        x => AttentionFormula.Forward(x[0], x[1], x[2], trees, heads, kvHeads, HeadDim, 0.4, window, softcap));

    // Eager attention with one dense mask and repeated KV heads, as Hugging Face computes it.
    private static torch.Tensor Masked(torch.Tensor[] x, TreeLayout trees, int heads, int kvHeads, int? window, double? softcap)
    {
        int tokens = trees.TokenCount;
        if (tokens == 0)
            return x[0].clone();
        double[] mask = new double[tokens * tokens];
        int[] segment = [.. Enumerable.Range(0, trees.SegmentCount).SelectMany(s => Enumerable.Repeat(s, trees.Length[s]))];
        for (int i = 0; i < tokens; i++)
            for (int j = 0; j < tokens; j++)
            {
                bool related = segment[i] == segment[j] || trees.Ancestors(segment[i]).Contains(segment[j]);
                int distance = trees.Positions[i] - trees.Positions[j];
                mask[(i * tokens) + j] = related && distance >= 0 && distance < (window ?? int.MaxValue) ? 0 : double.NegativeInfinity;
            }
        torch.ScalarType wide = Precision.Accumulation(x[0].dtype);
        torch.Tensor q = x[0].transpose(0, 1);
        torch.Tensor k = x[1].repeat_interleave(heads / kvHeads, 1).transpose(0, 1);
        torch.Tensor v = x[2].repeat_interleave(heads / kvHeads, 1).transpose(0, 1);
        torch.Tensor s = torch.matmul(q, k.transpose(1, 2)) * 0.4;
        if (softcap is double cap)
            s = (s / cap).tanh() * cap;
        torch.Tensor p = (s + Sample.Tensor(mask, [tokens, tokens], s.dtype)).to(wide).softmax(-1).to(x[0].dtype);
        return torch.matmul(p, v).transpose(0, 1);
    }
}
