using System.Buffers;

namespace TraceFast.Inference.Sampling;

/// <summary>
/// Makes the tokens of the context less likely: l_i = l_i / penalty where l_i is not negative, l_i * penalty where it is, once for each id
/// that occurs in the prompt or among the new tokens (Keskar et al. 2019, "CTRL", section 4.1).
/// As RepetitionPenaltyLogitsProcessor in transformers' generation/logits_process.py.
/// </summary>
public sealed class RepetitionPenalty(float penalty) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context)
    {
        int words = (logits.Length + 63) / 64;
        ulong[] seen = ArrayPool<ulong>.Shared.Rent(words);
        seen.AsSpan(0, words).Clear();
        foreach (int id in context)
        {
            ulong bit = 1UL << (id & 63);
            if ((uint)id >= (uint)logits.Length || (seen[id >> 6] & bit) != 0)
                continue;
            seen[id >> 6] |= bit;
            logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
        }
        ArrayPool<ulong>.Shared.Return(seen);
    }
}
