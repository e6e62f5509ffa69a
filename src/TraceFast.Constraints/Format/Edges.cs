using System.Text;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>The first and last words of a part of an answer, without the marks that only shape them: a list's, a heading's, a quotation's, emphasis.</summary>
internal static class Edges
{
    private const string Opening = "#*_>~` \t\u3000", Closing = "*_`~", EndMarks = ".!?。！？…";

    /// <summary>Letter case aside.</summary>
    public static bool StartsWith(ReadOnlySpan<char> part, string text)
    {
        part = part.TrimStart();
        if (part.StartsWith(text, StringComparison.OrdinalIgnoreCase))
            return true;
        ReadOnlySpan<char> core = StartCore(text);
        if (core.IsEmpty)
            return false;
        if (StartCore(part).StartsWith(core, StringComparison.OrdinalIgnoreCase))
            return true;
        return ListMarker.TryRead(part, out ListMarker marker) && StartCore(part[marker.Length..]).StartsWith(core, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Letter case aside; a mark that ends the sentence may follow a text that has none of its own.</summary>
    public static bool EndsWith(ReadOnlySpan<char> part, string text)
    {
        part = part.TrimEnd();
        ReadOnlySpan<char> asked = text.AsSpan().TrimEnd();
        if (part.EndsWith(asked, StringComparison.OrdinalIgnoreCase))
            return true;
        ReadOnlySpan<char> bare = part.TrimEnd(Closing), core = asked.TrimEnd(Closing);
        if (core.IsEmpty)
            return false;
        return bare.EndsWith(core, StringComparison.OrdinalIgnoreCase) || !EndMarks.Contains(core[^1]) && bare.TrimEnd(EndMarks).TrimEnd(Closing).EndsWith(core, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether no part of an answer can start with both.</summary>
    public static bool StartsDiffer(string one, string other)
    {
        ReadOnlySpan<char> a = StartCore(one), b = StartCore(other);
        return !a.IsEmpty && !b.IsEmpty && !a.StartsWith(b, StringComparison.OrdinalIgnoreCase) && !b.StartsWith(a, StringComparison.OrdinalIgnoreCase) && !MayMark(one) && !MayMark(other);
    }

    /// <summary>Whether no part of an answer can end with both.</summary>
    public static bool EndsDiffer(string one, string other)
    {
        ReadOnlySpan<char> a = EndCore(one), b = EndCore(other);
        return !a.IsEmpty && !b.IsEmpty && !a.EndsWith(b, StringComparison.OrdinalIgnoreCase) && !b.EndsWith(a, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What stands in every part that starts with the text.</summary>
    public static string StartOf(string text) => StartCore(text) is { IsEmpty: false } core ? core.ToString() : text;

    /// <summary>What stands in every part that ends with the text.</summary>
    public static string EndOf(string text) => text.TrimEnd().TrimEnd(Closing.ToCharArray()) is { Length: > 0 } core ? core : text.TrimEnd();

    private static ReadOnlySpan<char> StartCore(ReadOnlySpan<char> text) => text.TrimStart(Opening);

    private static ReadOnlySpan<char> EndCore(ReadOnlySpan<char> text) => text.TrimEnd(Closing + EndMarks + " \t\r\n");

    /// <summary>Whether a text is, or starts as, the mark of a list item: an answer that starts with it may start with another text behind the mark as well.</summary>
    private static bool MayMark(string text) =>
        text.Length < 5 && (Ascii.IsValid(text) || text[0] is '第' or '步' or '（' || !text.Any(char.IsLetter)) || ListMarker.TryRead((text.TrimStart() + " x").AsSpan(), out _);
}
