using System.Text.Json;
using TraceFast.Data.CodePoints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval;

/// <summary>
/// IFEval's 25 instructions by their official ids, with the arguments that each reads (google-research, instruction_following_eval:
/// instructions_registry.py). The checkers are in <c>ContentInstructions.cs</c> and <c>FormatInstructions.cs</c>, in the same order; each
/// names the official class (instructions.py) whose verdict it gives.
/// </summary>
internal static class Instructions
{
    private static readonly Dictionary<string, Func<InstructionArguments, IInstruction>> s_readers = new(StringComparer.Ordinal)
    {
        ["keywords:existence"] = a =>
            new KeywordExistence([.. a.Texts("keywords").Select(k => a.Pattern("keywords", k, ignoreCase: true))]),
        ["keywords:frequency"] = a => new KeywordFrequency(
            a.Pattern("keyword", PythonString.Strip(a.Text("keyword")), ignoreCase: true), a.Relation("relation", "frequency")),
        ["keywords:forbidden_words"] = a => new ForbiddenWords(
            [.. a.Texts("forbidden_words").Distinct().Select(w => (w, a.Pattern("forbidden_words", $@"\b{w}\b", ignoreCase: true)))]),
        ["keywords:letter_frequency"] = a => new LetterFrequency(LetterFrequency.Letter(a), a.Relation("let_relation", "let_frequency")),
        ["language:response_language"] = a => new ResponseLanguage(ResponseLanguage.Code(a)),
        ["length_constraints:number_sentences"] = a => new NumberSentences(a.Relation("relation", "num_sentences")),
        ["length_constraints:number_paragraphs"] = a => new NumberParagraphs(a.Number("num_paragraphs")),
        ["length_constraints:number_words"] = a => new NumberWords(a.Relation("relation", "num_words")),
        ["length_constraints:nth_paragraph_first_word"] = NthParagraphFirstWord.Read,
        ["detectable_content:number_placeholders"] = a => new NumberPlaceholders(a.Number("num_placeholders")),
        ["detectable_content:postscript"] = Postscript.Read,
        ["detectable_format:number_bullet_lists"] = a => new NumberBulletLists(a.Number("num_bullets")),
        ["detectable_format:constrained_response"] = _ => new ConstrainedResponse(),
        ["detectable_format:number_highlighted_sections"] = a => new NumberHighlightedSections(a.Number("num_highlights")),
        ["detectable_format:multiple_sections"] = MultipleSections.Read,
        ["detectable_format:json_format"] = _ => new JsonFormat(),
        ["detectable_format:title"] = _ => new Title(),
        ["combination:two_responses"] = _ => new TwoResponses(),
        ["combination:repeat_prompt"] = a => new RepeatPrompt(a.Text("prompt_to_repeat")),
        ["startend:end_checker"] = a => new EndChecker(a.PossiblyEmptyText("end_phrase")),
        ["startend:quotation"] = _ => new Quotation(),
        ["change_case:capital_word_frequency"] = a => new CapitalWordFrequency(a.Relation("capital_relation", "capital_frequency")),
        ["change_case:english_capital"] = _ => new EnglishCase(capital: true),
        ["change_case:english_lowercase"] = _ => new EnglishCase(capital: false),
        ["punctuation:no_comma"] = _ => new NoComma(),
    };

    /// <summary>All ids, in the registry's order.</summary>
    public static IEnumerable<string> Ids => s_readers.Keys;

    /// <summary>Reads one instruction.</summary>
    /// <exception cref="InputException">The id is unknown, or an argument is missing or wrong.</exception>
    public static IInstruction Read(string id, JsonElement arguments) =>
        s_readers.TryGetValue(id, out Func<InstructionArguments, IInstruction>? read)
        ? read(new InstructionArguments(id, arguments))
        : throw new InputException(
            IfBench.IfBenchInstructions.IsOwn(id) ? $"'{id}' is an instruction of IFBench, not of IFEval: add --bench ifbench"
            : $"'{id}' is not an instruction of IFEval; expected one of {string.Join(", ", Ids)}");
}

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
/// <param name="Reason">What was found in the text.</param>
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

    /// <summary>A string without white space around it, of which something is left.</summary>
    public string Stripped(string name) =>
        PythonString.Strip(Text(name)) is { Length: > 0 } text ? text : throw Error($"'{name}' is blank");

    /// <summary>A whole number from 1 on.</summary>
    public int Positive(string name) =>
        Number(name) is > 0 and int number ? number : throw Error($"'{name}' is 0; one or more is expected");

    public Relation Relation(string relation, string bound) => Text(relation) switch
    {
        "less than" => new Relation(true, Number(bound)),
        "at least" => new Relation(false, Number(bound)),
        var other => throw Error($"'{relation}' is \"{other}\"; \"less than\" or \"at least\" is expected"),
    };

    /// <summary>An argument that the official scorer uses as a regular expression.</summary>
    public PythonRegex Pattern(string name, string pattern, bool ignoreCase) => Compile(name, pattern, ignoreCase, multiLine: false);

    /// <summary>The same, where ^ and $ match at line feeds.</summary>
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
                $"'{name}': \"{pattern}\" is used as a regular expression and is not a valid one ({e.Message}); the official scorer "
                    + "raises an error too");
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
