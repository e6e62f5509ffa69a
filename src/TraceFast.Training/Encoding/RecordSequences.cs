namespace TraceFast.Training.Encoding;

/// <summary>
/// Which sequence of its record a sequence is. A sequence is a prompt followed by a response, and its log-probability is
/// that of the response.
/// </summary>
public enum SequenceRole
{
    /// <summary>The conversation of a supervised record.</summary>
    Sft,

    /// <summary>(prompt, chosen response).</summary>
    Chosen,

    /// <summary>(prompt, rejected response).</summary>
    Rejected,

    /// <summary>(x1, y1): chosen.</summary>
    X1Y1,

    /// <summary>(x1, y2): rejected.</summary>
    X1Y2,

    /// <summary>(x2, y2): chosen.</summary>
    X2Y2,

    /// <summary>(x2, y1): rejected.</summary>
    X2Y1,

    /// <summary>(x1, failing answer): rejected; without labels where none is known.</summary>
    X1F1,

    /// <summary>(x2, failing answer): rejected; without labels where none is known.</summary>
    X2F2,

    /// <summary>(prompt, an answer that the policy has given).</summary>
    Sampled,
}

/// <summary>The names of sequences in files: x1y1 and so on in quads, chosen and rejected in pairs, sft, sampled.</summary>
internal static class SequenceRoles
{
    public static string Name(this SequenceRole role) => role.ToString().ToLowerInvariant();
}

/// <summary>A maximal run of labels inside a response: <c>Response[Offset .. Offset + Length)</c>.</summary>
internal readonly record struct LabelRange(int Offset, int Length);

/// <summary>A sequence as it is packed: what is read, what follows, and which of the latter's tokens are labels.</summary>
internal readonly record struct RecordSequence(
    SequenceRole Role, ReadOnlyMemory<int> Prompt, ReadOnlyMemory<int> Response, IReadOnlyList<LabelRange> Labels)
{
    /// <summary>Labels that can be predicted: nothing predicts the token at position 0.</summary>
    public int LabelCount
    {
        get
        {
            int count = 0;
            foreach (LabelRange range in Labels)
                count += range.Length - (Prompt.IsEmpty && range.Offset == 0 ? 1 : 0);
            return count;
        }
    }
}

/// <summary>Which sequences each record layout has.</summary>
public static class RecordSequences
{
    /// <summary>Labels of one sequence of a record.</summary>
    /// <exception cref="ArgumentException">The record has no such sequence.</exception>
    public static int LabelCount(EncodedRecord record, SequenceRole role) => Of(record, role).LabelCount;

    /// <summary>Whether a sequence's response obeys its instruction, as far as the record says.</summary>
    public static bool IsVerified(EncodedRecord record, SequenceRole role) => (record, role) switch
    {
        (EncodedQuad r, SequenceRole.X1Y1) => r.Y1Verified,
        (EncodedQuad r, SequenceRole.X2Y2) => r.Y2Verified,
        _ => true,
    };

    /// <summary>The advantage of a sampled answer; 0 of any other record.</summary>
    public static double AdvantageOf(EncodedRecord record) => record is EncodedAnswer answer ? answer.Advantage : 0;

    internal static RecordSequence Of(EncodedRecord record, SequenceRole role) => (record, role) switch
    {
        (EncodedSft r, SequenceRole.Sft) => Supervised(r),
        (EncodedPair r, SequenceRole.Chosen) => Answer(role, r.Prompt, r.Chosen),
        (EncodedPair r, SequenceRole.Rejected) => Answer(role, r.Prompt, r.Rejected),
        (EncodedQuad r, SequenceRole.X1Y1) => Answer(role, r.X1, r.Y1),
        (EncodedQuad r, SequenceRole.X1Y2) => Answer(role, r.X1, r.Y2),
        (EncodedQuad r, SequenceRole.X2Y2) => Answer(role, r.X2, r.Y2),
        (EncodedQuad r, SequenceRole.X2Y1) => Answer(role, r.X2, r.Y1),
        (EncodedQuad r, SequenceRole.X1F1) => Answer(role, r.X1, r.F1),
        (EncodedQuad r, SequenceRole.X2F2) => Answer(role, r.X2, r.F2),
        (EncodedAnswer r, SequenceRole.Sampled) => Answer(role, r.Prompt, r.Trained ? r.Response : []),
        _ => throw new ArgumentException($"record {record.Index} is an {record.GetType().Name} and has no {role} sequence"),
    };

    private static RecordSequence Answer(SequenceRole role, int[] prompt, int[] response) =>
        new(role, prompt, response, response.Length == 0 ? [] : [new LabelRange(0, response.Length)]);

    /// <summary>The untrained beginning is the prompt, so that conversations with the same beginning can share it.</summary>
    private static RecordSequence Supervised(EncodedSft record)
    {
        int[] all = record.Parts.Count == 1 ? record.Parts[0].Tokens : [.. record.Parts.SelectMany(p => p.Tokens)];
        List<LabelRange> labels = new();
        int prompt = -1;
        int at = 0;
        foreach (RecordPart part in record.Parts)
        {
            if (part.Trained && part.Tokens.Length > 0)
            {
                if (prompt < 0)
                    prompt = at;
                labels.Add(new LabelRange(at - prompt, part.Tokens.Length));
            }
            at += part.Tokens.Length;
        }
        if (prompt < 0)
            prompt = at;
        return new RecordSequence(SequenceRole.Sft, all.AsMemory(0, prompt), all.AsMemory(prompt), labels);
    }
}
