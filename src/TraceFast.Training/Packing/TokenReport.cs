using TraceFast.Training.Encoding;

namespace TraceFast.Training.Packing;

/// <summary>What packing saved.</summary>
/// <param name="Padded">Tokens of the usual batch: every sequence padded to the longest prompt and longest response of its record.</param>
/// <param name="Unpadded">Tokens of all sequences without padding, each prompt once per sequence.</param>
/// <param name="Packed">Tokens really computed, shared ones once.</param>
/// <param name="Labels">Tokens whose log-probability is computed.</param>
/// <param name="OverBudget">Packs that exceed the token budget because one record (or one group that must stay together) does.</param>
public sealed record TokenReport(int Records, int Packs, long Padded, long Unpadded, long Packed, long Labels, int OverBudget)
{
    /// <summary>Counts the tokens of <paramref name="records"/> and of the packs made of them.</summary>
    public static TokenReport Of(
        IReadOnlyList<EncodedRecord> records, IReadOnlyList<SequenceRole> roles, IReadOnlyList<Pack> packs, int tokenBudget)
    {
        (long padded, long unpadded) = (0, 0);
        foreach (EncodedRecord record in records)
        {
            (int prompt, int response) = (0, 0);
            foreach (SequenceRole role in roles)
            {
                RecordSequence sequence = RecordSequences.Of(record, role);
                prompt = Math.Max(prompt, sequence.Prompt.Length);
                response = Math.Max(response, sequence.Response.Length);
                unpadded += sequence.Prompt.Length + sequence.Response.Length;
            }
            padded += (long)roles.Count * (prompt + response);
        }
        return new TokenReport(
            records.Count, packs.Count, padded, unpadded, packs.Sum(p => (long)p.Tokens.Length), packs.Sum(p => (long)p.Target.Length),
            packs.Count(p => p.Tokens.Length > tokenBudget));
    }

    /// <summary>The sum with another step's report.</summary>
    public TokenReport Add(TokenReport other) => new(
        Records + other.Records, Packs + other.Packs, Padded + other.Padded, Unpadded + other.Unpadded, Packed + other.Packed,
        Labels + other.Labels, OverBudget + other.OverBudget);

    /// <summary>One line for the log.</summary>
    public override string ToString()
    {
        string over = OverBudget == 0
            ? "" : $"; {OverBudget} pack{(OverBudget == 1 ? "" : "s")} over the token budget, because a record is not split";
        return string.Create(CultureInfo.InvariantCulture,
            $"{Records} records in {Packs} packs: {Packed:N0} tokens instead of {Padded:N0} padded (-{Share(Padded):P0}) "
                + $"or {Unpadded:N0} unshared (-{Share(Unpadded):P0}), {Labels:N0} of them labels{over}");
    }

    private double Share(long whole) => whole == 0 ? 0 : 1 - (double)Packed / whole;
}
