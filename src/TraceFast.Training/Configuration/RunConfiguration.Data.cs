using TraceFast.Data.Sampling;
using TraceFast.Tokenization.Chat;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.Configuration;

// The keys of group Data: which records are read, in which order, and how they are tokenized.
public sealed partial class RunConfiguration
{
    [Key(KeyGroup.Data, null, "names in dataset_info.json, or files", Required = true, Compared = false)]
    public IReadOnlyList<string> Dataset => List();

    [Key(KeyGroup.Data, null, "data sets to evaluate on", Compared = false)]
    public IReadOnlyList<string> EvalDataset => List();

    [Key(KeyGroup.Data, "data", "folder of dataset_info.json", Compared = false)]
    public string DatasetDir => Get<string>();

    [Key(
        KeyGroup.Data, null,
        "folder of tokenized data sets (default: tokens in TRACEFAST_CACHE, or tracefast/tokens in the user's cache folder; none: they "
        + "stay in memory)", Compared = false)]
    public string? TokenizedPath => Get<string?>();

    [Key(KeyGroup.Data, null, "LLaMA-Factory template name (default: the model's own chat_template)", Compared = false)]
    public string? Template => Get<string?>();

    [Key(
        KeyGroup.Data, "true",
        "thoughts of answers: true trains an empty one where there is none, false leaves them out and puts the empty one into the prompt, "
        + "null trains those that are there", NullIsValue = true, Compared = false)]
    private string EnableThinking => Get<string>();

    [Key(KeyGroup.Data, null, "keep the thoughts of earlier answers in a prompt (default: false)", Compared = false)]
    private bool? PreserveThinking => Get<bool?>();

    [Key(
        KeyGroup.Data, "false", "treat special tokens in the text of records as plain text; otherwise each becomes its one id",
        Compared = false)]
    private bool SplitSpecialTokens => Get<bool>();

    /// <summary>Options of the chat format besides its template.</summary>
    public ChatSettings Chat => new()
    {
        SplitSpecialTokens = SplitSpecialTokens,
        Thinking = !IsGiven("enable_thinking") ? Thinking.Unsaid : EnableThinking switch
        {
            "true" => Thinking.On,
            "false" => Thinking.Off,
            _ => Thinking.AsGiven,
        },
        PreserveThinking = PreserveThinking,
    };

    [Key(KeyGroup.Data, "2048", "max tokens of a sequence", Min = 1)]
    public int CutoffLen => Get<int>();

    [Key(KeyGroup.Data, "error", "how longer records are handled", Choices = ["error", "drop", "truncate"])]
    public OverflowRule Overflow => (Get<string>(), Truncate) switch
    {
        (_, "published") => OverflowRule.TruncatePublished,
        (_, "balanced") or ("truncate", _) => OverflowRule.TruncateBalanced,
        ("drop", _) => OverflowRule.Drop,
        _ => OverflowRule.Error,
    };

    [Key(KeyGroup.Data, null, "how overflow: truncate cuts (default: balanced)", Choices = ["balanced", "published"])]
    private string? Truncate => Get<string?>();

    [Key(KeyGroup.Data, "error", "how unreadable records are handled", Choices = ["error", "skip"], Compared = false)]
    private string OnBadRecord => Get<string>();

    /// <summary>on_bad_record: skip.</summary>
    public bool SkipBadRecords => OnBadRecord == "skip";

    [Key(KeyGroup.Data, null, "first records of each data set", Min = 1, Compared = false)]
    public int? MaxSamples => Get<int?>();

    [Key(KeyGroup.Data, "concat", "how data sets are mixed")]
    public MixStrategy MixStrategy => Get<MixStrategy>();

    [Key(KeyGroup.Data, null, "a probability for each data set")]
    public IReadOnlyList<double> InterleaveProbs => [.. List().Select(text => PositiveNumber(text)
        ?? throw Wrong("interleave_probs", text, "positive numbers"))];

    /// <summary>0 = none, below 1 a share of the records, from 1 on a number of records.</summary>
    [Key(KeyGroup.Data, "0", "share (below 1) or number of records kept for evaluation", Min = 0)]
    public double ValSize => Get<double>();

    [Key(KeyGroup.Data, "false", "sft: train on the last turn only")]
    public bool MaskHistory => Get<bool>();

    [Key(KeyGroup.Data, "false", "sft: prompts are labels too")]
    public bool TrainOnPrompt => Get<bool>();

    /// <summary>Visit records in the sampler's random order; otherwise in file order.</summary>
    [Key(KeyGroup.Data, "true", "visit records in random order")]
    public bool Shuffle => Get<bool>() && DisableShuffling != true;

    [Key(KeyGroup.Data, null, "true = shuffle: false")]
    private bool? DisableShuffling => Get<bool?>();

    [Key(KeyGroup.Data, "42", "seed of initial weights, dropout and order", Min = 0)]
    public int Seed => Get<int>();

    [Key(KeyGroup.Data, null, "seed of the order (default: seed)", Min = 0)]
    public int DataSeed => Get<int?>() ?? Seed;

    [Key(KeyGroup.Data, "false", "leave out a last micro-batch that is not full")]
    public bool DataloaderDropLast => Get<bool>();

    /// <summary>Limit and labels of the encoder.</summary>
    public EncodingOptions EncodingFor(int vocabularySize) => new(CutoffLen, Overflow)
    {
        MaskHistory = MaskHistory,
        TrainOnPrompt = TrainOnPrompt,
        SkipBadRecords = SkipBadRecords,
        VocabularySize = vocabularySize,
    };
}
