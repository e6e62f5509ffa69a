using TraceFast.Constraints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval;

/// <summary>Places in a text that instructions speak about.</summary>
internal static class TextParts
{
    /// <summary>re.split: what lies before, between and after the dividers; one more than there are dividers, blank ones too.</summary>
    public static IReadOnlyList<TextSpan> Between(PythonRegex divider, string text)
    {
        List<TextSpan> parts = [];
        int start = 0;
        foreach (TextSpan found in Dividers(divider, text))
        {
            parts.Add(new TextSpan(start, found.Start - start));
            start = found.Start + found.Length;
        }
        parts.Add(new TextSpan(start, text.Length - start));
        return parts;
    }

    public static IReadOnlyList<TextSpan> Dividers(PythonRegex divider, string text) => [.. divider.Matches(text).Select(m => m.Place)];

    /// <summary>Each character that a predicate takes.</summary>
    public static IReadOnlyList<TextSpan> Where(string text, Func<int, bool> isWanted)
    {
        List<TextSpan> places = [];
        for (int i = 0; i < text.Length; i++)
        {
            int c = PythonString.At(text, i), units = c > char.MaxValue ? 2 : 1;
            if (isWanted(c))
                places.Add(new TextSpan(i, units));
            i += units - 1;
        }
        return places;
    }

    /// <summary>The text from a place to its end, or nothing.</summary>
    public static IReadOnlyList<TextSpan> Rest(string text, int start) => start < text.Length ? [new TextSpan(start, text.Length - start)] : [];

    /// <summary>The text from an offset in one of its parts on.</summary>
    public static IReadOnlyList<TextSpan> From(string text, string part, int offset) =>
        text.IndexOf(part, StringComparison.Ordinal) is >= 0 and int start ? Rest(text, start + offset) : [];
}
