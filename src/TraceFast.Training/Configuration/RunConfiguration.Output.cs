namespace TraceFast.Training.Configuration;

// The keys of group Output: what is written, when, and what a run resumes from.
public sealed partial class RunConfiguration
{
    /// <summary>Former names of the rewards of a quad's sequences.</summary>
    private static readonly Dictionary<string, string> s_formerMetricNames = new()
    {
        ["rewards/c1"] = "rewards/x1y1",
        ["rewards/r1"] = "rewards/x1y2",
        ["rewards/c2"] = "rewards/x2y2",
        ["rewards/r2"] = "rewards/x2y1",
    };

    [Key(KeyGroup.Output, null, "folder of everything that is written", Required = true, Compared = false)]
    public string OutputDir => Get<string>();

    [Key(KeyGroup.Output, "false", "allow an output_dir that is not empty", Compared = false)]
    public bool OverwriteOutputDir => Get<bool>();

    /// <summary>null = start from the beginning, "true" = the last checkpoint in output_dir, else a checkpoint folder.</summary>
    [Key(KeyGroup.Output, null, "true (the last one in output_dir), or a checkpoint folder", Compared = false)]
    public string? ResumeFromCheckpoint => Get<string?>() switch
    {
        { } text when text.Equals("true", StringComparison.OrdinalIgnoreCase) => "true",
        { } text when !text.Equals("false", StringComparison.OrdinalIgnoreCase) => text,
        _ => null,
    };

    [Key(KeyGroup.Output,
        "500", "steps between lines on the console, or below 1 a share of the run", Min = 0, Above = true, Compared = false)]
    public double LoggingSteps => Get<double>();

    [Key(KeyGroup.Output, "steps", "when to save a checkpoint", Compared = false)]
    public IntervalStrategy SaveStrategy => Get<IntervalStrategy>();

    [Key(KeyGroup.Output, "500", "steps between checkpoints, or below 1 a share of the run", Min = 0, Above = true, Compared = false)]
    public double SaveSteps => Get<double>();

    /// <summary>null = keep all.</summary>
    [Key(KeyGroup.Output, null, "checkpoints to keep", Min = 1, Compared = false)]
    public int? SaveTotalLimit => Get<int?>();

    [Key(KeyGroup.Output, "false", "end with the weights of the best evaluation")]
    public bool LoadBestModelAtEnd => Get<bool>();

    /// <summary>Without the prefix "eval_".</summary>
    [Key(KeyGroup.Output, null, "the metric that decides (default: loss, in stage grpo mean)")]
    public string MetricForBestModel
    {
        get
        {
            string metric = Get<string?>() ?? (Stage == Stage.Grpo ? "mean" : "loss");
            metric = metric.StartsWith("eval_", StringComparison.Ordinal) ? metric["eval_".Length..] : metric;
            return s_formerMetricNames.GetValueOrDefault(metric, metric);
        }
    }

    [Key(KeyGroup.Output, null, "whether higher is better (default: false for a loss)")]
    public bool GreaterIsBetter => Get<bool?>() ?? !MetricForBestModel.EndsWith("loss", StringComparison.Ordinal);

    [Key(KeyGroup.Output, "false", "draw the loss at the end", Compared = false)]
    public bool PlotLoss => Get<bool>();

    [Key(
        KeyGroup.Output, "true",
        "write margins.jsonl: margin of every training record before and after; up to two more passes over them without gradients",
        Compared = false)]
    public bool ReportMargins => Get<bool>();

    [Key(KeyGroup.Output, "false", "write records.jsonl: log-probabilities and loss of every record")]
    public bool LogRecords => Get<bool>();

    [Key(
        KeyGroup.Output, "false",
        "time every operation of the first steps, but for the one that warms up; writes a trace, a flame graph and a table to profile/",
        Compared = false)]
    public bool Profile => Get<bool>();

    [Key(KeyGroup.Output, "3", "profile: steps that are profiled", Min = 1, Compared = false)]
    public int ProfileSteps => Get<int>();

    [Key(KeyGroup.Output, "tensorboard", "tensorboard, none or all")]
    internal IReadOnlyList<string> ReportTo => List();

    public bool TensorBoard => ReportTo.Any(r => r is "tensorboard" or "all");

    [Key(KeyGroup.Output, null, "folder of the TensorBoard files (default: in output_dir)", Compared = false)]
    public string? LoggingDir => Get<string?>();
}
