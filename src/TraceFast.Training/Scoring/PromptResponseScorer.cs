using TraceFast.Models;
using TraceFast.Training.Encoding;
using TraceFast.Training.Packing;

namespace TraceFast.Training.Scoring;

/// <summary>A response to be scored after a prompt.</summary>
/// <param name="Prompt">Token ids, at least one.</param>
/// <param name="Response">Token ids, possibly none.</param>
public sealed record PromptResponse(int[] Prompt, int[] Response);

/// <summary>Natural log-probability of a response: its sum (float64), and one for each of its tokens.</summary>
public sealed record ResponseLogProb(double Sum, double[] Tokens);

/// <summary>Scores responses in packs; those with the same prompt share its computation.</summary>
public sealed class PromptResponseScorer(Decoder decoder, int tokenBudget)
{
    /// <returns>One result for each request, in order.</returns>
    public ResponseLogProb[] Score(IReadOnlyList<PromptResponse> requests)
    {
        ResponseLogProb[] results = new ResponseLogProb[requests.Count];
        Packer packer = new(new PackingOptions(tokenBudget), [SequenceRole.Chosen]);
        foreach (Pack pack in packer.Build(InPromptOrder(requests)))
            using (pack)
                Read(pack, PackScorer.Score(decoder, pack), results);
        return results;
    }

    /// <summary>Requests with the same prompt are adjacent, so that they are in the same pack.</summary>
    private static List<EncodedRecord> InPromptOrder(IReadOnlyList<PromptResponse> requests)
    {
        Dictionary<string, int> groups = [];
        return
        [
            .. requests
                .Select((request, index) => (request, index, group: Group(groups, request.Prompt)))
                .OrderBy(r => r.group)
                .Select(r => new EncodedPair(r.index, r.request.Prompt, r.request.Response, [])),
        ];
    }

    private static int Group(Dictionary<string, int> groups, int[] prompt)
    {
        string key = string.Join(',', prompt);
        if (!groups.TryGetValue(key, out int group))
            groups[key] = group = groups.Count;
        return group;
    }

    private static void Read(Pack pack, double[] labelLogProbs, ResponseLogProb[] results)
    {
        double[] sums = PackScorer.SequenceSums(pack, labelLogProbs);
        int label = 0;
        for (int s = 0; s < pack.SequenceCount; s++)
        {
            int count = pack.Sequences[s].LabelCount;
            results[pack.Sequences[s].Index] = new ResponseLogProb(sums[s], labelLogProbs[label..(label + count)]);
            label += count;
        }
    }
}
