using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Models.Tests;

/// <summary>One prompt, computed once, with the responses that follow it.</summary>
internal sealed class PromptTree
{
    private readonly int[] _prompt;
    private readonly int[][] _responses;

    public PromptTree(int[] prompt, int[][] responses)
    {
        _prompt = prompt;
        _responses = responses;
        int[] lengths = [prompt.Length, .. responses.Select(r => r.Length)];
        Layout = new TreeLayout(
            [.. lengths.Select((_, i) => lengths.Take(i).Sum())], lengths, [-1, .. responses.Select(_ => 0)],
            [0, .. responses.Select(_ => prompt.Length)]);
    }

    public TreeLayout Layout { get; }

    /// <summary>[N] int64.</summary>
    public torch.Tensor Tokens => RandomTree.Ids(_prompt.Concat(_responses.SelectMany(r => r)));

    /// <summary>Log-probs of all response tokens, in order, on the graph.</summary>
    public torch.Tensor AllLogProbs(Decoder decoder)
    {
        torch.Tensor hidden = decoder.Forward(Tokens, Layout);
        long[] rows = [.. _responses.SelectMany((r, s) => r.Select((_, i) => i == 0 ? _prompt.Length - 1L : Layout.Start[s + 1] + i - 1))];
        return decoder.LogProbs(hidden.index_select(0, torch.tensor(rows)), RandomTree.Ids(_responses.SelectMany(r => r)));
    }

    public double[][] LogProbs(Decoder decoder)
    {
        double[] all = Numbers.Doubles(AllLogProbs(decoder));
        int at = 0;
        return [.. _responses.Select(r => all[at..(at += r.Length)])];
    }
}
