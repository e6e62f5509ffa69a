using System.Text.RegularExpressions;

namespace TraceFast.Training.Optimization;

/// <summary>
/// Which parameters AdamW decays: all but biases and norm weights, told by name.
/// Source: transformers 4.57, Trainer.get_decay_parameter_names.
/// </summary>
public static partial class WeightDecayGroups
{
    public static bool IsDecayed(string parameter) => !NotDecayed().IsMatch(parameter);

    [GeneratedRegex(@"bias|layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotDecayed();
}
