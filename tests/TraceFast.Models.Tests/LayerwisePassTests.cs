namespace TraceFast.Models.Tests;

/// <summary>A pass layer by layer computes what a whole one does, and sees what enters the matrices.</summary>
public sealed class LayerwisePassTests
{
    public static TheoryData<string> Families => [.. TinyModels.Families];

    [Theory]
    [MemberData(nameof(Families))]
    public void Computes_what_the_decoder_does(string name)
    {
        using Decoder decoder = Models.Decoder.Random(TinyModels.Config(name), 5, new DecoderOptions());
        int[][] sequences = [[3, 1, 4, 1, 5, 9, 2], [6, 5]];
        using LayerwisePass pass = LayerwisePass.Begin(decoder, sequences);
        using (LayerwisePass fork = pass.Fork())
        {
            fork.Finish();
            for (int i = 0; i < sequences.Length; i++)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                using torch.Tensor hidden = fork.Hidden(i);
                using torch.Tensor logits = fork.Logits(hidden, null, merged: false);
                Assert.InRange((logits - decoder.AllLogits(sequences[i])).abs().max().item<float>(), 0, 1e-5f);
            }
        }

        // Each matrix is seen once, with the sum over the tokens of all sequences: its trace is the sum of squares, at least of one token.
        HashSet<string> seen = [];
        while (pass.Layer < decoder.Config.Layers.Count)
        {
            IReadOnlyDictionary<string, torch.Tensor> both = pass.Observe(2), first = pass.Observe(1);
            foreach ((string module, torch.Tensor gram) in both)
            {
                Assert.True(seen.Add(module));
                using DisposeScope scope = torch.NewDisposeScope();
                Assert.InRange((gram - gram.t()).abs().max().item<float>(), 0, 1e-4f * gram.abs().max().item<float>());
                Assert.True(gram.trace().item<float>() > first[module].trace().item<float>());
            }

            foreach (torch.Tensor gram in both.Values.Concat(first.Values))
                gram.Dispose();
            pass.Advance(new Dictionary<string, torch.Tensor>(), merged: false);
        }

        Assert.Equal(
            decoder.ParameterShapes.Count(p => p.Shape.Length == 2 && p.Name.StartsWith("model.layers.", StringComparison.Ordinal)),
            seen.Count);
    }

    [Fact]
    public void Other_weights_take_the_models_place()
    {
        using Decoder decoder = Models.Decoder.Random(TinyModels.Config("llama"), 5, new DecoderOptions());
        int[] tokens = [3, 1, 4, 1, 5];
        string name = decoder.ParameterShapes.First(p => p.Name.EndsWith("down_proj.weight", StringComparison.Ordinal)).Name;
        long[] shape = decoder.ParameterShapes.First(p => p.Name == name).Shape;
        using torch.Tensor zeros = torch.zeros(shape);
        using LayerwisePass pass = LayerwisePass.Begin(decoder, [tokens]);
        pass.Advance(new Dictionary<string, torch.Tensor> { [name] = zeros }, merged: false);
        pass.Finish();
        using DisposeScope scope = torch.NewDisposeScope();
        using torch.Tensor hidden = pass.Hidden(0);
        using torch.Tensor changed = pass.Logits(hidden, null, merged: false);
        Assert.True((changed - decoder.AllLogits(tokens)).abs().max().item<float>() > 1e-3f);
    }
}
