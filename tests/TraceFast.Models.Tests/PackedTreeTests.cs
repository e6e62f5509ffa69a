using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>Packed trees compute what each sequence computes on its own, in every family.</summary>
public sealed class PackedTreeTests
{
    public static TheoryData<string, string> Families => OracleCases.WithKernels(TinyModels.Families);

    [Theory]
    [MemberData(nameof(Families))]
    public void Packed_equals_padded_equals_one_at_a_time(string family, string kernels)
    {
        using Decoder decoder = TinyModels.Decoder(family, torch.ScalarType.Float64, kernels: OracleCases.Kernels[kernels]);
        using LoraAdapter adapter = TinyModels.Adapter(decoder, new LoraConfig { Rank = 2 });
        decoder.Attach(adapter);
        using IDisposable _ = torch.no_grad();
        for (int seed = 0; seed < 12; seed++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            RandomTree tree = new(seed, decoder.Config.VocabularySize);
            torch.Tensor packed = decoder.Forward(tree.Tokens, tree.Layout);
            (torch.Tensor rows, TreeLayout grid, int width) = tree.PaddedRows(decoder.Config.VocabularySize);
            torch.Tensor padded = decoder.Forward(rows, grid);
            for (int s = 0; s < tree.Layout.SegmentCount; s++)
            {
                int[] path = tree.Path(s);
                int length = tree.Layout.Length[s];
                torch.Tensor alone = decoder.Forward(RandomTree.Ids(path), TreeLayout.Sequence(path.Length));
                double[] own = Numbers.Doubles(packed.narrow(0, tree.Layout.Start[s], length));
                Numbers.AssertClose(
                    Numbers.Doubles(alone.narrow(0, path.Length - length, length)), own, 1e-10, $"{family}, tree {seed}, segment {s}");
                Numbers.AssertClose(
                    Numbers.Doubles(padded.narrow(0, (s * width) + path.Length - length, length)), own, 1e-10,
                    $"{family}, tree {seed}, segment {s} as a padded row");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Gradients_of_a_packed_tree_are_the_sum_of_its_sequences(string family, string kernels)
    {
        using Decoder decoder = TinyModels.Decoder(family, torch.ScalarType.Float64, trainAll: true, kernels: OracleCases.Kernels[kernels]);
        RandomTree tree = new(4, decoder.Config.VocabularySize);
        using DisposeScope scope = torch.NewDisposeScope();

        // Each token's hidden state times fixed numbers; a segment counts once, wherever it is computed.
        torch.Tensor weights = torch.randn(
            [tree.Layout.TokenCount, decoder.Config.HiddenSize], dtype: torch.float64, generator: new torch.Generator(9, torch.CPU));
        (decoder.Forward(tree.Tokens, tree.Layout) * weights).sum().backward();
        Dictionary<string, double[]> packed = decoder.TrainableParameters.Where(p => p.Parameter.grad is not null)
            .ToDictionary(p => p.Name, p => Numbers.Doubles(p.Parameter.grad!));
        foreach ((_, torch.Tensor parameter) in decoder.TrainableParameters)
            parameter.grad?.zero_();
        for (int s = 0; s < tree.Layout.SegmentCount; s++)
        {
            int[] path = tree.Path(s);
            int length = tree.Layout.Length[s];
            torch.Tensor own = decoder.Forward(RandomTree.Ids(path), TreeLayout.Sequence(path.Length))
                .narrow(0, path.Length - length, length);
            (own * weights.narrow(0, tree.Layout.Start[s], length)).sum().backward();
        }

        Assert.NotEmpty(packed);
        foreach ((string name, torch.Tensor parameter) in decoder.TrainableParameters.Where(p => packed.ContainsKey(p.Name)))
            Numbers.AssertClose(
                Numbers.Doubles(parameter.grad!), packed[name], 1e-10 * Numbers.Scale(packed[name], 1), $"{family} gradient of {name}");
    }
}
