using System.Text.Json;
using System.Text.RegularExpressions;
using TraceFast.Endpoint.Asking;

namespace TraceFast.Synthesis.Model;

/// <summary>
/// A structured instruction (arXiv 2411.06208, section 3): what is to be done, what a reader must judge, what it is done with.
/// </summary>
/// <param name="Description">The task.</param>
/// <param name="Constraints">One line each, in the order of the kinds that were asked for.</param>
/// <param name="Input">The material; empty: none.</param>
/// <param name="Words">Words that an answer will naturally contain.</param>
/// <param name="OtherWords">Words that an answer can do without.</param>
internal sealed partial record Expansion(string Description, IReadOnlyList<string> Constraints, string Input, IReadOnlyList<string> Words,
    IReadOnlyList<string> OtherWords)
{
    private const int LongestLine = 500, FewestWords = 6;

    /// <param name="count">How many constraints were asked for.</param>
    public static ResponseFormat<Expansion> Form(int count) => new(
        text => Parse(text, count),
        $"one JSON object with \"description\" (a text), \"constraints\" (a list of {count} texts, one line each), \"input\" (a text, "
            + $"possibly empty), \"words\" and \"other_words\" (lists of {FewestWords} words or more), and nothing else");

    private static Expansion? Parse(string text, int count)
    {
        try
        {
            using JsonDocument document =
                JsonDocument.Parse(Fenced().Match(text.Trim()) is { Success: true } fenced ? fenced.Groups[1].Value : text);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.EnumerateObject().Count() != 5)
                return null;
            string description = TextOf(root.GetProperty("description"));
            string[]? constraints = Lines(root.GetProperty("constraints")), words = Lines(root.GetProperty("words")),
                others = Lines(root.GetProperty("other_words"));
            bool fits = description.Length > 0 && constraints?.Length == count && words?.Length >= FewestWords
                && others?.Length >= FewestWords
                && !words.Intersect(others, StringComparer.OrdinalIgnoreCase).Any();
            return fits ? new Expansion(description, constraints!, TextOf(root.GetProperty("input")), words!, others!) : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A text without blanks around it; JSON's null is an empty one.</summary>
    private static string TextOf(JsonElement value) => value.GetString()?.Trim() ?? "";

    /// <summary>Texts of one line that are all different; null: something else.</summary>
    private static string[]? Lines(JsonElement list)
    {
        string[] lines = [.. list.EnumerateArray().Select(e => Number().Replace(TextOf(e), ""))];
        bool good = lines.All(l => l.Length is > 0 and <= LongestLine && l.IndexOfAny(['\n', '\r']) < 0)
            && lines.Distinct(StringComparer.OrdinalIgnoreCase).Count() == lines.Length;
        return good ? lines : null;
    }

    [GeneratedRegex(@"\A```(?:json)?\s*\n(.*)\n```\z", RegexOptions.Singleline)]
    private static partial Regex Fenced();

    /// <summary>A number that the model put before a line; instructions are numbered later.</summary>
    [GeneratedRegex(@"\A\d{1,2}[.、)]\s*")]
    private static partial Regex Number();
}

/// <summary>The prompts of quads that are made with a model.</summary>
public static class QuadPrompts
{
    /// <summary>From a plain instruction to description, constraints and input, as one JSON object.</summary>
    public static readonly PromptName Expand = new(typeof(QuadPrompts), "quads_expand", ["instruction", "language", "kinds", "count"]);

    /// <summary>Whether an instruction is whole and free of contradiction: "VERDICT: YES" or "VERDICT: NO".</summary>
    public static readonly PromptName CheckInstruction = new(typeof(QuadPrompts), "quads_check_instruction", ["instruction"]);

    /// <summary>Whether an answer does the task and obeys what no program checks: "1: YES", "2: NO" ...</summary>
    public static readonly PromptName CheckAnswer =
        new(typeof(QuadPrompts), "quads_check_answer", ["instruction", "demands", "response", "fence", "count"]);

    public static IReadOnlyList<PromptName> All { get; } = [Expand, CheckInstruction, CheckAnswer];
}
