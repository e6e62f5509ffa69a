using TraceFast.Data;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Evaluation;

/// <summary>A record kept for evaluation, as far as something can be decoded from it.</summary>
/// <param name="Origin">Where it stands; what else the record says is read there.</param>
/// <param name="Prompts">Token ids up to the answer, as training reads them: one prompt (of a conversation what comes before its last
/// answer), or a quad's x1 and x2.</param>
public sealed record HeldOutRecord(SourceLocation Origin, IReadOnlyList<int[]> Prompts)
{
    internal static HeldOutRecord Of(SourceLocation origin, EncodedRecord record) => new(origin, record switch
    {
        EncodedSft r => [[.. r.Parts.SkipLast(1).SelectMany(p => p.Tokens)]],
        EncodedPair r => [r.Prompt],
        EncodedQuad r => [r.X1, r.X2],
        _ => throw new ArgumentException($"{record.GetType().Name} has no prompt"),
    });
}
