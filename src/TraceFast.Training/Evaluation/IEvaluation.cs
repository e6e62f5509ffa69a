using TraceFast.Data.Progress;
using TraceFast.Models;
using TraceFast.Tokenization.Chat;
using TraceFast.Tokenization;

namespace TraceFast.Training.Evaluation;

/// <summary>What an evaluation during training gets.</summary>
/// <param name="Model">The policy as it is, adapter enabled, dropout off.</param>
/// <param name="Steps">Optimizer steps done.</param>
/// <param name="OutputFolder">The run's output folder.</param>
/// <param name="Log">For progress that takes long.</param>
public sealed record EvaluationContext(Decoder Model, int Steps, string OutputFolder, IRunLog Log);

/// <summary>What evaluations are made for.</summary>
/// <param name="Model">The policy that is trained.</param>
/// <param name="Tokenizer">Its tokenizer; null where the records hold ready ids and the model folder has none.</param>
/// <param name="Chat">How conversations become tokens; null where the records hold ready ids.</param>
/// <param name="HeldOut">The records kept for evaluation, in order; may be none.</param>
public sealed record EvaluatedModel(Decoder Model, Tokenizer? Tokenizer, ChatFormat? Chat, IReadOnlyList<HeldOutRecord> HeldOut);

/// <summary>
/// Measures the policy during training, every <c>eval_steps</c> steps; implementations come from whoever composes the run.
/// </summary>
public interface IEvaluation
{
    /// <summary>Measures; must leave the model as it found it.</summary>
    /// <returns>Metrics by name, beginning with "eval_"; the configuration's metric_for_best_model may be one of them.</returns>
    IReadOnlyDictionary<string, double> Evaluate(EvaluationContext context, CancellationToken cancellation);
}
