using TraceFast.Data.CodePoints;
using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Sentences;

namespace TraceFast.Evaluation.IfBench;

/// <summary>Words and marks as the official checkers read them: str.split, string.punctuation, str.strip, re's \w+.</summary>
internal static class PlainText
{
    private static readonly PythonRegex s_wordRun = PythonRegex.Parse(@"\w+");
    private static readonly UnicodeNormalization s_compatible = new(UnicodeForm.NFKD);

    /// <summary>Python's string.punctuation.</summary>
    public const string Marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    public static bool IsMark(char c) => c is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~');

    /// <summary>str.split(): what lies between white space.</summary>
    public static IEnumerable<string> Words(string text)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = start;
            while (end < text.Length && !CharacterClasses.IsSpace(text[end]))
                end++;
            if (end > start)
                yield return text[start..end];
            start = end + 1;
        }
    }

    /// <summary>Runs of word characters.</summary>
    public static IEnumerable<string> WordRuns(string text) => s_wordRun.Matches(text).Select(m => m.Text.ToString());

    /// <summary>The text without its marks.</summary>
    public static string WithoutMarks(string text) => string.Concat(text.Where(c => !IsMark(c)));

    /// <summary>Without the marks and spaces (U+0020) around it.</summary>
    public static string StripMarks(string text) => StripMarksAtStart(StripMarksAtEnd(text));

    public static string StripMarksAtStart(string text)
    {
        int start = 0;
        while (start < text.Length && (text[start] == ' ' || IsMark(text[start])))
            start++;
        return text[start..];
    }

    public static string StripMarksAtEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && (text[end - 1] == ' ' || IsMark(text[end - 1])))
            end--;
        return text[..end];
    }

    /// <summary>Its code points.</summary>
    public static IEnumerable<string> Characters(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            int units = PythonString.At(text, i) > char.MaxValue ? 2 : 1;
            yield return text.Substring(i, units);
            i += units;
        }
    }

    /// <summary>How many code points it has.</summary>
    public static int Length(string text) => Characters(text).Count();

    /// <summary>The first code point of a text that is not empty.</summary>
    public static int First(string text) => PythonString.At(text, 0);

    /// <summary>str.isdigit(): one or more digits, superscripts and other digits of the Unicode among them.</summary>
    public static bool IsDigits(string text) =>
        text.Length > 0 && text.EnumerateRunes().All(r => CharUnicodeInfo.GetDigitValue(r.ToString(), 0) >= 0);

    /// <summary>str.count(): occurrences that do not overlap.</summary>
    /// <param name="part">Not empty.</param>
    public static int Count(string text, string part)
    {
        int count = 0;
        for (int at = 0; (at = text.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length)
            count++;
        return count;
    }

    /// <summary>How many sentences end in a dot, a question mark and an exclamation mark.</summary>
    public static (int Dots, int Questions, int Exclamations) SentenceEnds(string text)
    {
        string[] sentences = [.. PunktSentences.In(text)];
        return (sentences.Count(s => s.EndsWith('.')), sentences.Count(s => s.EndsWith('?')), sentences.Count(s => s.EndsWith('!')));
    }

    /// <summary>unicodedata.normalize('NFKD', text) without what is not ASCII.</summary>
    public static string ToAscii(string text) => string.Concat(s_compatible.Normalize(text).Where(char.IsAscii));
}
