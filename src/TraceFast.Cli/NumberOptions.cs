using System.CommandLine.Parsing;
using System.Numerics;

namespace TraceFast.Cli;

/// <summary>
/// Numeric options with a range. Any other value is a usage error that names the option, what was found and what
/// was expected.
/// </summary>
internal static class NumberOptions
{
    /// <summary>Above any machine's number of processors; far more threads could not be started.</summary>
    public const int MostThreads = 1024;

    public static Option<int> Whole(string name, string description, int standard, int least, int most = 1_000_000) =>
        new(name) { Description = description, DefaultValueFactory = _ => standard, CustomParser = Parser(name, least, most) };

    /// <summary>A required one.</summary>
    public static Option<int> RequiredWhole(string name, string description, int least, int most) =>
        new(name) { Description = description, Required = true, CustomParser = Parser(name, least, most) };

    /// <summary>One without a default: null if not given.</summary>
    public static Option<int?> OptionalWhole(string name, string description, int least, int most = 1_000_000)
    {
        Func<ArgumentResult, int> parse = Parser(name, least, most);
        return new(name) { Description = description, CustomParser = result => parse(result) };
    }

    /// <summary>Several, each within the range.</summary>
    public static Option<int[]> Wholes(string name, string description, int[] standard, int least, int most) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.Select(t => Read(result, name, t.Value, least, most, InWords(least, most)))],
    };

    /// <summary>Threads; 0, the default: one for each processor.</summary>
    public static Option<int> Threads(string description = "threads; 0: one per processor") =>
        Whole("--threads", description, 0, least: 0, MostThreads);

    public static Option<ulong> Seed(string description, ulong standard) =>
        new("--seed") { Description = description, DefaultValueFactory = _ => standard,
            CustomParser = Parser("--seed", 0UL, ulong.MaxValue) };

    /// <summary>A share from 0 to 1.</summary>
    public static Option<double> Share(string name, string description, double standard) => Real(name, description, standard, 0, 1);

    public static Option<double> Real(string name, string description, double standard, double least, double most = double.MaxValue) =>
        new(name) { Description = description, DefaultValueFactory = _ => standard,
            CustomParser = result => Read(result, name, Only(result), least, most, InWords(least, most)) };

    /// <summary>Without a default: null if not given.</summary>
    public static Option<double?> OptionalReal(string name, string description, double least, double most) =>
        new(name) { Description = description,
            CustomParser = result => Read(result, name, Only(result), least, most, InWords(least, most)) };

    /// <summary>A number above zero.</summary>
    public static Option<double> Positive(string name, string description, double standard, double most = double.MaxValue) =>
        new(name) { Description = description, DefaultValueFactory = _ => standard,
            CustomParser = result => ReadPositive(result, name, most) };

    /// <summary>A number above zero; null if not given.</summary>
    public static Option<double?> OptionalPositive(string name, string description, double most) =>
        new(name) { Description = description, CustomParser = result => ReadPositive(result, name, most) };

    private static Func<ArgumentResult, T> Parser<T>(string name, T least, T most)
        where T : struct, IBinaryInteger<T> => result => Read(result, name, Only(result), least, most, InWords(least, most));

    private static double ReadPositive(ArgumentResult result, string name, double most) =>
        Read(result,
            name, Only(result), double.Epsilon, most,
            most < double.MaxValue
                ? string.Create(CultureInfo.InvariantCulture, $"a number above 0 and at most {most}") : "a number above 0");

    /// <summary>Not a number (NaN) is in no range.</summary>
    private static T Read<T>(ArgumentResult result, string name, string text, T least, T most, string expected)
        where T : struct, INumber<T>
    {
        NumberStyles style = typeof(T) == typeof(double) ? NumberStyles.Float : NumberStyles.AllowLeadingSign;
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out T value) && value >= least && value <= most)
            return value;
        result.AddError($"{name}: found '{text}', expected {expected}");
        return least;
    }

    /// <summary>Parses a range such as 1-6, or a single number.</summary>
    /// <exception cref="InputException">Not a range, or not within the limits.</exception>
    public static (int Least, int Most) Range(string name, string text, int least, int most)
    {
        string[] ends = text.Split('-');
        return ends.Length <= 2 && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int from)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int to)
            && least <= from && from <= to && to <= most
            ? (from, to) : throw new InputException($"{name} {text}: expected a number or a range such as 1-6, from {least} to {most}");
    }

    private static string Only(ArgumentResult result) => result.Tokens is [{ Value: { } value }] ? value : "";

    private static string InWords<T>(T least, T most)
        where T : struct, INumber<T> =>
            typeof(T) != typeof(double) ? string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}")
        : most < T.CreateSaturating(double.MaxValue) ? string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}")
        : string.Create(CultureInfo.InvariantCulture, $"a number from {least}");
}
