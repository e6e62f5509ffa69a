using TraceFast.Data.Progress;
using TraceFast.Models;
using TraceFast.Tokenization;
using TraceFast.Tokenization.Chat;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Evaluation;

/// <summary>The input of an evaluation during training.</summary>
/// <param name="Model">The policy as it is, adapter enabled, dropout off.</param>
public sealed record EvaluationContext(Decoder Model, int Steps, IRunLog Log);

/// <summary>The model and held-out records that evaluations are created for.</summary>
/// <param name="Chat">How conversations become tokens; null where the records hold ready ids.</param>
/// <param name="HeldOut">The records kept for evaluation, in order; may be none.</param>
public sealed record EvaluatedModel(Decoder Model, ChatFormat? Chat, IReadOnlyList<HeldOutRecord> HeldOut);

/// <summary>
/// Measures the policy during training, every <c>eval_steps</c> steps; implementations are passed in by the caller of the run.
/// </summary>
public interface IEvaluation
{
    /// <summary>Measures; must leave the model unchanged.</summary>
    /// <returns>Metrics by name, beginning with "eval_"; the configuration's metric_for_best_model may be one of them.</returns>
    IReadOnlyDictionary<string, double> Evaluate(EvaluationContext context, CancellationToken cancellation);
}

/// <summary>A record with its prompts, held out for evaluations that decode, or of training for answers that are sampled.</summary>
/// <param name="Origin">Its file:line; other fields of the record are read there.</param>
/// <param name="Prompts">Token ids up to the answer, as training reads them: one prompt (of a conversation what comes before its last
/// answer), or a quad's x1 and x2.</param>
public sealed record HeldOutRecord(SourceLocation Origin, IReadOnlyList<int[]> Prompts)
{
    internal static HeldOutRecord Of(SourceLocation origin, EncodedRecord record) => new(origin, record switch
    {
        EncodedSft r => [[.. r.Parts.SkipLast(1).SelectMany(p => p.Tokens)]],
        EncodedPair r => [r.Prompt],
        EncodedQuad r => [r.X1, r.X2],
        EncodedPrompt r => [r.Tokens],
        _ => throw new ArgumentException($"{record.GetType().Name} has no prompt"),
    });
}
