using TraceFast.Models;
using TraceFast.Tokenization.Chat;
using TraceFast.Training.Evaluation;

namespace TraceFast.Training.Rollouts;

/// <summary>The policy, and the prompts that answers are sampled for.</summary>
/// <param name="Chat">How conversations become tokens; null where no record holds text.</param>
/// <param name="Records">The training records, in order, each with one prompt.</param>
public sealed record SampledModel(Decoder Model, ChatFormat? Chat, IReadOnlyList<HeldOutRecord> Records);

/// <summary>The answers that are wanted.</summary>
/// <param name="Step">0-based optimizer step; seeds the sampling, with the run's seed and the place of the answer.</param>
/// <param name="Prompts">[P] places in <see cref="SampledModel.Records"/>.</param>
/// <param name="Each">G, answers of each.</param>
public sealed record RolloutRequest(int Step, IReadOnlyList<int> Prompts, int Each);

/// <summary>An answer of the policy.</summary>
/// <param name="Response">Its tokens, at least one; with its end token where it ended by itself.</param>
/// <param name="Ended">It ended by itself, and not at the limit.</param>
public sealed record SampledAnswer(int[] Response, bool Ended, double Reward)
{
    /// <summary>It has no word.</summary>
    public bool Empty { get; init; }

    /// <summary>Most of it repeats what it has said before.</summary>
    public bool Repeated { get; init; }

    /// <summary>Most of it is its prompt's.</summary>
    public bool Copied { get; init; }
}

/// <summary>Samples answers of the policy and says what they are worth; implementations are passed in by the caller of the run.</summary>
public interface IRollouts
{
    /// <summary>Places in <see cref="SampledModel.Records"/> of the records whose answers can be rewarded, ascending.</summary>
    IReadOnlyList<int> Places { get; }

    /// <summary>Hash of all that rewards depend on besides the configuration; a resumed run must have the same.</summary>
    string ContentHash { get; }

    /// <summary>
    /// Samples from <see cref="SampledModel.Model"/> as it is now, adapter enabled, dropout off, and rewards; must leave it unchanged, and
    /// give the same for the same weights and request.
    /// </summary>
    /// <returns>[P x G] the answers of the first prompt, then those of the second.</returns>
    IReadOnlyList<SampledAnswer> Sample(RolloutRequest request, CancellationToken cancellation);
}
