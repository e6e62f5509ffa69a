namespace TraceFast.Training.Configuration;

// The keys of group Rounds: the model's own answers are sampled, checked and trained on, several times.
public sealed partial class RunConfiguration
{
    /// <summary>So many that no two rounds of runs with neighboring seeds sample alike (<see cref="SamplingSeed"/>).</summary>
    private const int MostRounds = 99;

    [Key(
        KeyGroup.Rounds, "0", "rounds of own failures: sample answers to the prompts of dataset, check them, train on what fails (0: none)",
        Min = 0, Max = MostRounds, Compared = false)]
    public int Rounds => Get<int>();

    [Key(KeyGroup.Rounds, "4", "answers of each prompt in a round", Min = 1, Max = 1000)]
    public int RoundSamples => Get<int>();

    [Key(KeyGroup.Rounds, "1", "temperature of these answers", Min = 0)]
    public double RoundTemperature => Get<double>();

    [Key(KeyGroup.Rounds, "512", "most new tokens of an answer", Min = 1)]
    public int RoundMaxNewTokens => Get<int>();

    [Key(KeyGroup.Rounds, "32", "answers decoded at once; changes no answer", Min = 1, Max = 4096, Compared = false)]
    public int RoundBatchSize => Get<int>();

    /// <summary>Otherwise round k reads each rounds-th record, from the k-th on.</summary>
    [Key(
        KeyGroup.Rounds, "all", "records of dataset that a round reads: all, or parts: each round others, so that no prompt comes twice",
        Choices = ["all", "parts"])]
    private string RoundPrompts => Get<string>();

    public bool RoundsReadParts => RoundPrompts == "parts";

    [Key(
        KeyGroup.Rounds, "data",
        "what is preferred where no answer passes: data (the data's answer, if it breaks less), or none (the prompt is left out)",
        Choices = ["data", "none"])]
    private string RoundFallback => Get<string>();

    public bool RoundsFallBackOnData => RoundFallback == "data";

    [Key(KeyGroup.Rounds, "1", "learning_rate of a round, as a share of that of the round before", Min = 0, Above = true)]
    public double RoundLearningRateFactor => Get<double>();

    /// <summary>The seed of a round's answers.</summary>
    /// <param name="round">From 1.</param>
    public ulong SamplingSeed(int round) => ((ulong)Seed * (MostRounds + 1)) + (ulong)round;

    /// <summary>The files of each data set, which the prompts of rounds are read from.</summary>
    /// <exception cref="InputException">A data set is not what is expected.</exception>
    public IEnumerable<IReadOnlyList<string>> DatasetFiles => DatasetInfo.Resolve(Dataset, DatasetDir).Select(s => s.Files);

    /// <summary>What a round must be resumed with: the settings that its answers and weights depend on.</summary>
    public IEnumerable<KeyValuePair<string, string>> RoundIdentity => ValuesOf(
        k => k.Declared.Compared || k.Name is "model_name_or_path" or "adapter_name_or_path" or "template" or "enable_thinking"
            or "preserve_thinking" or "split_special_tokens" || (k.Name == "rounds" && RoundsReadParts));

    /// <summary>The configuration of a round's training; nothing is noted again.</summary>
    /// <param name="round">From 1.</param>
    /// <param name="data">Its records.</param>
    /// <param name="output">Its folder.</param>
    /// <param name="policy">Folder of the adapter or, for finetuning_type: full, of the model that the round before has trained; null:
    /// there was none.</param>
    /// <param name="resume">Whether it continues what is in its folder.</param>
    public RunConfiguration ForRound(int round, string data, string output, string? policy, bool resume)
    {
        List<(string, object?)> changes =
        [
            ("dataset", new ConfigurationList([data])), ("max_samples", null), ("output_dir", output), ("overwrite_output_dir", true),
            ("resume_from_checkpoint", resume ? "true" : null),
            ("learning_rate", LearningRate * Math.Pow(RoundLearningRateFactor, round - 1)),
        ];
        if (policy is not null)
            changes.Add((IsLora ? "adapter_name_or_path" : "model_name_or_path", policy));
        return new RunConfiguration(_values.With($"round {round}", changes)) { Notes = [] };
    }
}
