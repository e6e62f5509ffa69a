using System.Collections;
using System.Diagnostics;
using System.Text.Json;
using TraceFast.Models;
using TraceFast.Training.Configuration;
using TraceFast.Training.Distributed;
using TraceFast.Training.Encoding;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Metrics;
using TraceFast.Training.Rollouts;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>
/// The answers that the present step trains on, as the records of <see cref="TrainStep"/>. Rank 0 samples them; all ranks have all.
/// </summary>
internal sealed class RunRollouts : IReadOnlyList<EncodedRecord>
{
    private readonly IRollouts _rollouts;
    private readonly RunConfiguration _configuration;
    private readonly IReadOnlyList<EncodedRecord> _prompts;
    private readonly AnswerPlan _plan;
    private readonly Communicator _ranks;
    private readonly List<RolloutMetrics> _sinceLine = [];
    private EncodedAnswer[] _answers = [];

    private RunRollouts(
        IRollouts rollouts, RunConfiguration configuration, IReadOnlyList<EncodedRecord> prompts, Communicator ranks)
    {
        (_rollouts, _configuration, _prompts, _ranks) = (rollouts, configuration, prompts, ranks);
        _plan = configuration.Answers(ranks.Size);
    }

    public int Count => _answers.Length;

    /// <summary>See <see cref="IRollouts.ContentHash"/>.</summary>
    public string ContentHash => _rollouts.ContentHash;

    public EncodedRecord this[int index] => _answers[index];

    /// <summary>Stage grpo: what samples the answers, and the training records without those whose answers cannot be rewarded.</summary>
    /// <returns>Null in other stages, with the data as they are.</returns>
    /// <exception cref="InputException">No record has answers that can be rewarded, or the batch does not fit num_generations.</exception>
    public static (RunRollouts? Rollouts, RunData Data) Of(
        RunConfiguration configuration, TrainingServices services, Decoder model, RunData data)
    {
        if (configuration.Stage != Stage.Grpo)
            return (null, data);
        IRollouts rollouts = services.Rollouts?.Invoke(new SampledModel(model, data.Chat, new HeldOutRecords(data.Train)))
            ?? throw new InvalidOperationException("stage grpo needs the service that samples answers");
        if (rollouts.Places.Count < data.Train.Count)
            data = data with { Train = data.Train.At(rollouts.Places) };
        return (new RunRollouts(rollouts, configuration, data.Train, services.Ranks), data);
    }

    /// <summary>Samples the answers of a step, which are then the records of this list.</summary>
    /// <param name="prompts">The step by its prompts.</param>
    /// <returns>The step by its answers, and what they are like.</returns>
    /// <exception cref="OperationCanceledException">Cancelled, on this rank or another.</exception>
    public (OptimizerStep Step, RolloutMetrics Metrics) Sample(Decoder model, OptimizerStep prompts, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<int> places = prompts.Records;
        int each = _configuration.NumGenerations;
        bool training = model.Training;
        model.Training = false;
        IReadOnlyList<SampledAnswer> sampled = OfRank0(
            new RolloutRequest(prompts.Number, [.. places.Select(p => _rollouts.Places[p])], each), cancellation);
        model.Training = training;
        double[] rewards = [.. sampled.Select(s => s.Reward)];
        double[] advantages = GroupAdvantages.Of(rewards, each, _configuration.ScaleRewards);
        _answers = new EncodedAnswer[sampled.Count];
        for (int i = 0; i < _answers.Length; i++)
        {
            EncodedPrompt prompt = (EncodedPrompt)_prompts[places[i / each]];
            _answers[i] = new EncodedAnswer(prompt.Index, prompt.Tokens, sampled[i].Response, advantages[i])
            {
                Trained = sampled[i].Ended || !_configuration.MaskTruncatedCompletions,
            };
        }
        RolloutMetrics metrics = Describe(sampled, rewards, each, Stopwatch.GetElapsedTime(start).TotalSeconds);
        _sinceLine.Add(metrics);
        return (_plan.Answers(prompts), metrics);
    }

    /// <summary>For a line of the log: means over the steps since the last one.</summary>
    public string DescribeSinceLine()
    {
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $", reward {_sinceLine.Average(m => m.Reward):0.0000}, {_sinceLine.Average(m => m.CompletionLength):0.0} tokens an answer, "
                + $"without end {_sinceLine.Average(m => m.Truncated):P0}, empty {_sinceLine.Average(m => m.Empty):P0}, "
                + $"repeated {_sinceLine.Average(m => m.Repeated):P0}, copied {_sinceLine.Average(m => m.Copied):P0}, "
                + $"sampling {_sinceLine.Average(m => m.SamplingSeconds):0.00} s a step");
        _sinceLine.Clear();
        return line;
    }

    public IEnumerator<EncodedRecord> GetEnumerator() => ((IEnumerable<EncodedRecord>)_answers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IReadOnlyList<SampledAnswer> OfRank0(RolloutRequest request, CancellationToken cancellation)
    {
        if (_ranks.Size == 1)
            return _rollouts.Sample(request, cancellation);
        string text = "null";
        TrainStep.Cancelled(
            () =>
            {
                if (_ranks.Writes)
                    text = JsonSerializer.Serialize(_rollouts.Sample(request, cancellation));
            },
            cancellation);
        return JsonSerializer.Deserialize<SampledAnswer[]>(_ranks.OfRank0(() => text)) ?? throw new RanksInterruptedException();
    }

    private RolloutMetrics Describe(IReadOnlyList<SampledAnswer> answers, double[] rewards, int each, double seconds) => new()
    {
        Reward = rewards.Average(),
        RewardStd = GroupAdvantages.Deviation(rewards),
        FracRewardZeroStd = GroupAdvantages.ShareWithoutDifference(rewards, each),
        CompletionLength = answers.Average(a => a.Response.Length),
        Truncated = answers.Average(a => a.Ended ? 0.0 : 1),
        Empty = answers.Average(a => a.Empty ? 1.0 : 0),
        Repeated = answers.Average(a => a.Repeated ? 1.0 : 0),
        Copied = answers.Average(a => a.Copied ? 1.0 : 0),
        PromptTokens = _answers.Sum(a => (long)a.Prompt.Length),
        SampledTokens = answers.Sum(a => (long)a.Response.Length),
        SamplingSeconds = seconds,
    };
}
