using System.Text.RegularExpressions;
using TraceFast.Constraints.Recognition;
using TraceFast.Data.Files;

namespace TraceFast.Synthesis.FromResponses;

/// <summary>
/// What a prompt already asks of its answer, in rough words: a constraint about the same could contradict it, and is not added. Where the
/// answer is fixed by the prompt (a sum, a choice, a translation) nothing about its length or form is natural.
/// </summary>
/// <param name="IsClosed">The prompt has one right answer, or works on a text that it gives.</param>
/// <param name="Length">It says how long.</param>
/// <param name="Number">It says how many of something.</param>
/// <param name="Form">It names a form: list, table, poem, letter, code, JSON ...</param>
/// <param name="Style">It asks for a way of speaking, or names marks.</param>
/// <param name="IsCode">It is about programs.</param>
/// <param name="IsOpen">It asks to explain, describe or tell: an answer of any length is one.</param>
/// <param name="IsCreative">It asks for a text to be enjoyed: a poem, a slogan, a joke.</param>
internal sealed record PromptDemands(bool IsClosed, bool Length, bool Number, bool Form, bool Style, bool IsCode, bool IsOpen,
    bool IsCreative)
{
    private const int LongestPrompt = 20_000;

    public static PromptDemands Of(string prompt)
    {
        if (prompt.Length > LongestPrompt)
            return new(true, true, true, true, true, true, false, true);
        bool constrained = prompt.Length <= ConstraintRecognizer.LongestLine
            && prompt.Split('\n').Any(l => ConstraintRecognizer.Read(l, null).Readings.Count > 0);
        return new(
            s_englishClosed.IsMatch(prompt) || s_chineseClosed.IsMatch(prompt), constrained || s_lengths.IsMatch(prompt), constrained
                || s_numbers.IsMatch(prompt), constrained || s_forms.IsMatch(prompt),
            constrained || s_styles.IsMatch(prompt), s_codeWords.IsMatch(prompt), s_open.IsMatch(prompt), s_creative.IsMatch(prompt));
    }

    private static readonly Regex s_englishClosed = PromptWords.Pattern("english closed");

    private static readonly Regex s_chineseClosed = PromptWords.Pattern("chinese closed", ignoreCase: false);

    private static readonly Regex s_lengths = PromptWords.Pattern("lengths");

    private static readonly Regex s_numbers = PromptWords.Pattern("numbers");

    private static readonly Regex s_forms = PromptWords.Pattern("forms");

    private static readonly Regex s_styles = PromptWords.Pattern("styles");

    private static readonly Regex s_creative = PromptWords.Pattern("creative");

    private static readonly Regex s_codeWords = PromptWords.Pattern("code words");

    private static readonly Regex s_open = PromptWords.Pattern("open");
}

/// <summary>
/// The lists of prompt_words.txt as patterns: pieces of regular expressions, one a line. A list whose name ends with "words" matches whole
/// words only; one without appears beside it.
/// </summary>
internal static class PromptWords
{
    private static readonly ResourceBlocks s_lists = ResourceBlocks.Of(typeof(PromptWords), "Writing/FromResponses/prompt_words.txt");

    public static Regex Pattern(string name, bool ignoreCase = true)
    {
        string words = s_lists.Has(name + " words") ? $@"\b(?:{string.Join('|', s_lists[name + " words"])})\b" : "";
        string others = s_lists.Has(name) ? string.Join('|', s_lists[name]) : "";
        return new Regex(
            words.Length > 0 && others.Length > 0 ? $"{words}|{others}" : words + others,
            RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Compiled
                | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));
    }
}
