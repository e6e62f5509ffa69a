using TraceFast.Data.CodePoints;
using TraceFast.Evaluation.IfEval.Python;
using TraceFast.Evaluation.IfEval.Sentences;

namespace TraceFast.Evaluation.IfBench;

/// <summary>Words and marks as the official checkers read them: string.punctuation, str.strip, re's \w+ and \d+.</summary>
internal static class PlainText
{
    /// <summary>Python's string.punctuation.</summary>
    public const string Marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private static readonly char[] s_marksAndSpace = [' ', .. Marks];
    private static readonly PythonRegex s_wordRun = PythonRegex.Parse(@"\w+"), s_digits = PythonRegex.Parse(@"\d+");
    private static readonly UnicodeNormalization s_compatible = new(UnicodeForm.NFKD);

    /// <summary>Runs of word characters.</summary>
    public static IEnumerable<string> WordRuns(string text) => s_wordRun.Matches(text).Select(m => m.Text.ToString());

    /// <summary>Runs of digits.</summary>
    public static IEnumerable<string> Numbers(string text) => s_digits.Matches(text).Select(m => m.Text.ToString());

    /// <summary>The text without its marks.</summary>
    public static string WithoutMarks(string text) => string.Concat(text.Where(c => !Marks.Contains(c)));

    /// <summary>Without the marks and spaces (U+0020) around it.</summary>
    public static string StripMarks(string text) => text.Trim(s_marksAndSpace);

    public static string StripMarksAtStart(string text) => text.TrimStart(s_marksAndSpace);

    public static string StripMarksAtEnd(string text) => text.TrimEnd(s_marksAndSpace);

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
