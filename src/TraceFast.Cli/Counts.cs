using System.CommandLine;

namespace TraceFast.Cli;

/// <summary>Options that are whole numbers within a range.</summary>
internal static class Counts
{
    public static Option<int> Option(string name, string description, int standard, int least, int most = 1_000_000)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is int value && (value < least || value > most))
                result.AddError($"{name}: found {value}, expected a whole number from {least} to {most}");
        });
        return option;
    }
}
