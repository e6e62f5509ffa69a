using TraceFast.Benchmarks.Step;
using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Benchmarks.Kernels;

/// <summary>
/// The widths of a model, and the pack of tokens that its kernels are timed on: equal quads, each [x1 | y1 | y2 | x2 | y2 | y1].
/// </summary>
/// <param name="Name">As case names have it.</param>
/// <param name="Quads">Quads in the pack.</param>
/// <param name="Quad">Tokens of each of them.</param>
public sealed record BenchedShape(
    string Name, int Hidden, int Intermediate, int Heads, int KvHeads, int HeadDim, int Vocabulary, int Layers, int Quads, QuadLength Quad)
{
    /// <summary>LoRA's rank, as in <c>bench step</c>.</summary>
    public const int Rank = 8;

    /// <summary>A quad of the mean lengths that <c>bench step</c> draws.</summary>
    public static BenchedShape SmolLm2 { get; } =
        new("smollm2-135m", 576, 1536, 9, 3, 64, 49152, 30, 1, new QuadLength(200, 300, 200, 300));

    /// <summary>A short quad: large matrices, few rows, so that a call takes at most seconds.</summary>
    public static BenchedShape Qwen2 { get; } = new("qwen2-7b", 3584, 18944, 28, 4, 128, 152064, 28, 1, new QuadLength(32, 48, 32, 48));

    /// <summary>models/demo with a pack as its training has them: 8 quads.</summary>
    public static BenchedShape Demo { get; } = new("demo", 160, 448, 5, 5, 32, 2048, 4, 8, new QuadLength(42, 51, 42, 51));

    public static IReadOnlyList<BenchedShape> All { get; } = [SmolLm2, Qwen2, Demo];

    /// <summary>Tokens of the pack: each prompt once, each response once for either prompt.</summary>
    public int Tokens => Quads * (Quad.X1 + Quad.X2 + Labels / Quads);

    /// <summary>Response tokens of the pack, which reach the head.</summary>
    public int Labels => Quads * 2 * (Quad.Y1 + Quad.Y2);

    /// <summary>The linear layers of one decoder layer.</summary>
    public IReadOnlyList<(int Inputs, int Outputs)> Linears =>
        [(Hidden, Heads * HeadDim), (Hidden, KvHeads * HeadDim), (Hidden, KvHeads * HeadDim), (Heads * HeadDim, Hidden),
            (Hidden, Intermediate), (Hidden, Intermediate), (Intermediate, Hidden)];

    /// <summary>Parameters of the adapter on every linear layer but the head.</summary>
    public long AdapterParameters => (long)Layers * Rank * Linears.Sum(l => l.Inputs + l.Outputs);

    /// <summary>The segments of the pack.</summary>
    public TreeLayout Layout()
    {
        List<int> start = [], length = [], parent = [], position = [];
        int row = 0;
        for (int q = 0; q < Quads; q++)
            foreach ((int prompt, int first, int second) in new[] { (Quad.X1, Quad.Y1, Quad.Y2), (Quad.X2, Quad.Y2, Quad.Y1) })
            {
                int root = start.Count;
                Add(prompt, -1, 0);
                Add(first, root, prompt);
                Add(second, root, prompt);
            }
        return new TreeLayout([.. start], [.. length], [.. parent], [.. position]);

        void Add(int tokens, int follows, int at)
        {
            start.Add(row);
            length.Add(tokens);
            parent.Add(follows);
            position.Add(at);
            row += tokens;
        }
    }
}
