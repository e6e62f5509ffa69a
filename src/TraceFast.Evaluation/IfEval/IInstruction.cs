using System.Globalization;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Data.CodePoints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval;

/// <summary>One instruction of a prompt, with its arguments.</summary>
internal interface IInstruction
{
    /// <summary>What it asks for, in words.</summary>
    string Request { get; }

    /// <summary>Whether a text follows it.</summary>
    /// <param name="text">Not blank.</param>
    Finding Check(string text);
}

/// <summary>What a check found.</summary>
/// <param name="IsFollowed">The official scorer's verdict.</param>
/// <param name="Reason">What stands in the text.</param>
/// <param name="Places">Where it shows; empty: the whole text.</param>
internal readonly record struct Finding(bool IsFollowed, string Reason, IReadOnlyList<TextSpan> Places)
{
    public Finding(bool isFollowed, string reason)
        : this(isFollowed, reason, [])
    {
    }
}

/// <summary>How a count is compared to the number asked for: "less than" is &lt;, "at least" is >=.</summary>
internal readonly record struct Relation(bool IsLessThan, int Bound)
{
    public bool IsMet(int count) => IsLessThan ? count < Bound : count >= Bound;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsLessThan ? "less than" : "at least")} {Bound}");
}

/// <summary>
/// The arguments of one instruction. Where the official scorer draws a random value (an argument that is absent, null, empty or negative),
/// no score could be repeated: that is an error here.
/// </summary>
internal sealed class InstructionArguments(string id, JsonElement arguments)
{
    /// <summary>A string that must not be empty.</summary>
    public string Text(string name) =>
        PossiblyEmptyText(name) is { Length: > 0 } text
            ? text : throw Error($"'{name}' is empty; the official scorer would draw one at random");

    public string PossiblyEmptyText(string name) => Require(name, JsonValueKind.String, "a string").GetString()!;

    /// <summary>A list of one or more strings.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        JsonElement[] items = [.. Require(name, JsonValueKind.Array, "a list of strings").EnumerateArray()];
        if (items.Length == 0)
            throw Error($"'{name}' is an empty list; the official scorer would draw one at random");
        return [.. items.Select(
            i => i.ValueKind == JsonValueKind.String ? i.GetString()! : throw Error($"'{name}' holds {i.GetRawText()}, not a string"))];
    }

    /// <summary>A whole number of zero or more; 3.0 is taken for 3, as tables write it.</summary>
    public int Number(string name)
    {
        JsonElement value = Require(name, JsonValueKind.Number, "a number");
        double number = value.GetDouble();
        if (number != Math.Floor(number) || number is < 0 or > int.MaxValue)
            throw Error($"'{name}' is {value.GetRawText()}; a whole number from 0 on is expected");
        return (int)number;
    }

    public Relation Relation(string relation, string bound) => Text(relation) switch
    {
        "less than" => new Relation(true, Number(bound)),
        "at least" => new Relation(false, Number(bound)),
        var other => throw Error($"'{relation}' is \"{other}\"; \"less than\" or \"at least\" is expected"),
    };

    /// <summary>An argument that the official scorer uses as a regular expression.</summary>
    public PythonRegex Pattern(string name, string pattern, bool ignoreCase) => Compile(name, pattern, ignoreCase, multiLine: false);

    /// <summary>The same, where ^ and $ stand at line feeds.</summary>
    public PythonRegex MultiLinePattern(string name, string pattern) => Compile(name, pattern, ignoreCase: false, multiLine: true);

    public InputException Error(string what) => new($"{id}: {what}");

    private PythonRegex Compile(string name, string pattern, bool ignoreCase, bool multiLine)
    {
        try
        {
            return PythonRegex.Parse(pattern, ignoreCase, multiLine);
        }
        catch (RegexSyntaxException e)
        {
            throw Error(
                $"'{name}': \"{pattern}\" is used as a regular expression and is none ({e.Message}); the official scorer raises an "
                    + "error too");
        }
    }

    private JsonElement Require(string name, JsonValueKind kind, string expected)
    {
        if (arguments.ValueKind != JsonValueKind.Object || !arguments.TryGetProperty(name, out JsonElement value)
            || value.ValueKind == JsonValueKind.Null)
            throw Error($"its argument '{name}' is missing in kwargs; the official scorer would draw one at random");
        return value.ValueKind == kind ? value : throw Error($"'{name}' is {value.GetRawText()}, not {expected}");
    }
}
