using System.Buffers;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sampling;
using TraceFast.Synthesis.Rewards;
using TraceFast.Training.Configuration;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Rollouts;

namespace TraceFast.Cli;

/// <summary>
/// Stage grpo: samples answers of the policy as it is and rewards them by the constraints that the prompts' records state. All answers of a
/// step are decoded together, <see cref="Rows"/> at a time; the random numbers of an answer are those of (seed, step, place in the step).
/// </summary>
internal sealed class ConstraintRollouts : IRollouts
{
    /// <summary>Answers that are decoded at a time, at most.</summary>
    private const int Rows = 64;

    private const string Expected = "stage grpo rewards answers by the constraints that their records state: {\"prompt\", "
        + "\"constraints\"} or {\"x1\", \"y1\", \"constraints1\", \"x2\", \"y2\", \"constraints2\"}, as data synth, data quads and data "
        + "relabel write them";

    private readonly RunConfiguration _configuration;
    private readonly Dictionary<int, (StatedPrompt Stated, SourceLocation Origin)> _prompts = [];
    private readonly TrainingDecoder _decoder;
    private readonly ConstraintReward _reward;

    /// <param name="process">For decoding in a process of its own (decode_process).</param>
    /// <exception cref="InputException">No record states constraints that a program checks, one states them wrongly, or a prompt fills the
    /// model's context.</exception>
    public ConstraintRollouts(RunConfiguration configuration, SampledModel model, DecodingProcess process, Action<string> log)
    {
        _configuration = configuration;
        _reward = new ConstraintReward(configuration.GrpoReward == GrpoReward.All, configuration.RewardGuards);
        _decoder = new TrainingDecoder(
            configuration, model.Model, model.Chat, process,
            new GenerationSettings { MaxNewTokens = configuration.MaxCompletionLength, Sampling = Sampling(0) },
            "answers are sampled as the configuration says", log);
        foreach (StatedPrompt stated in StatedPrompt.Of(model.Records, model.Chat, Expected))
        {
            if (!ConstraintReward.Checks(stated.Prompt.Constraints))
                continue;
            SourceLocation origin = model.Records[stated.Record].Origin;
            _decoder.RequireFits(stated.Tokens, origin);
            _prompts.Add(stated.Record, (stated, origin));
        }
        Places = [.. _prompts.Keys.Order()];
        LogPrompts(model.Records, log);
        ContentHash = Hash();
    }

    public IReadOnlyList<int> Places { get; }

    public string ContentHash { get; }

    public IReadOnlyList<SampledAnswer> Sample(RolloutRequest request, CancellationToken cancellation)
    {
        (StatedPrompt Stated, SourceLocation Origin)[] asked =
            [.. request.Prompts.SelectMany(place => Enumerable.Repeat(_prompts[place], request.Each))];
        IReadOnlyList<DecodeResult> results = _decoder.Decode(
            [.. asked.Select(a => a.Stated.Tokens)], [.. asked.Select(a => a.Origin)], _configuration.MaxCompletionLength,
            Sampling(request.Step), Math.Min(Rows, asked.Length), cancellation);
        return [.. results.Select((result, i) => Rewarded(asked[i].Stated.Prompt, result))];
    }

    private SampledAnswer Rewarded(ConstraintPrompt prompt, DecodeResult result)
    {
        string told = string.Join('\n', [.. prompt.Before.Select(m => m.Content), prompt.Prompt]);
        (double reward, AnswerGuards guards) = _reward.Of(told, prompt.Constraints, result.Text);
        return new SampledAnswer(result.Ids, result.FinishReason == FinishReason.Stop, reward)
        {
            Empty = guards.Empty, Repeated = guards.Repeated, Copied = guards.Copied,
        };
    }

    /// <summary>The policy's own distribution, but for the temperature: what top-k and top-p leave out the loss would count.</summary>
    private SamplingOptions Sampling(int step) => new()
    {
        Temperature = _configuration.RolloutTemperature,
        Seed = ((ulong)_configuration.Seed << 32) | (uint)step,
    };

    /// <exception cref="InputException">There is none.</exception>
    private void LogPrompts(IReadOnlyList<HeldOutRecord> records, Action<string> log)
    {
        string where = _configuration.Where("dataset");
        if (records.Count == 0)
            throw new InputException($"{where}: the training set holds no record; {Expected}");
        int without = records.Count - Places.Count;
        string first = without == 0 ? "" : $"{records[Enumerable.Range(0, records.Count).First(i => !_prompts.ContainsKey(i))].Origin}";
        if (Places.Count == 0)
            throw new InputException(
                $"{where}: none of the {records.Count} prompts states a constraint that a program checks, the first is {first}; "
                    + Expected);
        int constraints = _prompts.Values.Sum(p => Checked(p.Stated.Prompt).Count());
        string worth = _configuration.GrpoReward == GrpoReward.All ? "1 if it obeys all" : "the share it obeys";
        log(string.Create(
            CultureInfo.InvariantCulture,
            $"rewards: {Places.Count} prompts state {constraints} constraints that a program checks; an answer's reward is {worth}"
                + $"{(_configuration.RewardGuards ? ", and 0 if it is empty, repeats itself or copies its prompt" : "")}"));
        if (without > 0)
            log($"rewards: {without} of {records.Count} prompts state no such constraint and are left out, the first is {first}");
    }

    /// <summary>Of the constraints by prompt; tokens of prompts are hashed with the training records.</summary>
    private string Hash()
    {
        using HashBuilder hash = new();
        ArrayBufferWriter<byte> bytes = new();
        foreach (int place in Places)
        {
            bytes.ResetWrittenCount();
            using (Utf8JsonWriter json = new(bytes))
            {
                json.WriteStartArray();
                foreach (StatedConstraint constraint in Checked(_prompts[place].Stated.Prompt))
                    ConstraintJson.Write(json, constraint);
                json.WriteEndArray();
            }
            hash.Add(place).Add(bytes.WrittenCount).Add(bytes.WrittenSpan);
        }
        return hash.ToHex();
    }

    private static IEnumerable<StatedConstraint> Checked(ConstraintPrompt prompt) =>
        prompt.Constraints.Where(c => c.Constraint.Type.IsRuleChecked);
}
