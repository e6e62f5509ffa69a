using System.CommandLine;
using System.CommandLine.Parsing;

namespace TraceFast.Cli;

/// <summary>Options that are whole numbers within a range.</summary>
internal static class Counts
{
    public static Option<int> Option(string name, string description, int standard, int least, int most = 1_000_000)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result => Check(result, result.GetValueOrDefault<int>(), least, most));
        return option;
    }

    /// <summary>One without a standard: null where it is not given.</summary>
    public static Option<int?> Optional(string name, string description, int least, int most = 1_000_000)
    {
        Option<int?> option = new(name) { Description = description };
        option.Validators.Add(result => Check(result, result.GetValueOrDefault<int?>() ?? least, least, most));
        return option;
    }

    private static void Check(OptionResult result, int value, int least, int most)
    {
        if (value < least || value > most)
            result.AddError($"{result.Option.Name}: found {value}, expected a whole number from {least} to {most}");
    }
}
