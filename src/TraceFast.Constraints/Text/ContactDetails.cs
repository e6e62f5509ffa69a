using System.Buffers;

namespace TraceFast.Constraints.Text;

/// <summary>
/// Contact details in a text: name@host.tld; http://, https:// and www.; telephone numbers (+ and at least 8 digits; 11 digits that start
/// with 13 to 19; digits grouped 3-4, 3-3-4, 3-4-4, 3-7, 3-8, 4-7, 4-8, the first group also in parentheses); identity and card numbers (15
/// or 18 digits, 17 and an X; 3-2-4; 4-4-4-4 or 16 digits). Dates, years and plain numbers are none.
/// </summary>
internal static class ContactDetails
{
    private static readonly SearchValues<string> s_webStarts =
        SearchValues.Create(["http://", "https://", "www."], StringComparison.OrdinalIgnoreCase);

    private static readonly HashSet<string> s_groupShapes = ["3-4", "3-3-4", "3-4-4", "3-7", "3-8", "4-7", "4-8", "3-2-4", "4-4-4-4"];

    /// <summary>The first one; null: none.</summary>
    public static TextSpan? Find(ReadOnlySpan<char> text)
    {
        TextSpan? found = FindWeb(text);
        if (FindMail(text) is { } mail && (found is null || mail.Start < found.Value.Start))
            found = mail;
        if (FindNumber(text) is { } number && (found is null || number.Start < found.Value.Start))
            found = number;
        return found;
    }

    private static TextSpan? FindWeb(ReadOnlySpan<char> text)
    {
        int start = text.IndexOfAny(s_webStarts);
        if (start < 0)
            return null;
        int end = start;
        while (end < text.Length && text[end] < 128 && !char.IsWhiteSpace(text[end]) && text[end] is not (')' or '"' or '>' or ']'))
            end++;
        return new TextSpan(start, end - start);
    }

    private static TextSpan? FindMail(ReadOnlySpan<char> text)
    {
        int last = 0; // each at sign looks back no further than the one before it, so that the search stays linear
        for (int at = text.IndexOf('@'); at >= 0;)
        {
            int start = at, end = at + 1, dot = -1;
            while (start > last && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '.' or '_' or '-' or '+' or '%'))
                start--;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '-'))
            {
                if (text[end] == '.' && end > at + 1 && end + 2 < text.Length && char.IsAsciiLetter(text[end + 1])
                    && char.IsAsciiLetter(text[end + 2]))
                    dot = end;
                end++;
            }

            if (start < at && dot > 0)
                return new TextSpan(start, end - start);
            last = at + 1;
            int next = text[last..].IndexOf('@');
            at = next < 0 ? -1 : last + next;
        }

        return null;
    }

    private static TextSpan? FindNumber(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                continue;
            bool attached = i > 0 && (char.IsAsciiLetterOrDigit(text[i - 1]) || text[i - 1] is '.' or ',');
            int end = ReadGroups(text, i, out string shape, out int digits);
            int start = i;
            i = end;
            if (attached)
                continue;
            bool plus = start > 0 && text[start - 1] == '+';
            bool isDetail = plus && digits >= 8 || s_groupShapes.Contains(shape)
                || shape == "11" && text[start] == '1' && text[start + 1] >= '3' || shape is "15" or "16" or "18" || shape == "17"
                && end < text.Length && text[end] is 'X' or 'x';
            if (isDetail && !(end < text.Length && char.IsAsciiLetterOrDigit(text[end]) && shape != "17"))
                return new TextSpan(start, end - start);
        }

        return null;
    }

    /// <summary>
    /// Digit groups joined by one hyphen, blank or ") "; their lengths are the shape. A blank joins groups only after a sign, a
    /// parenthesis or a first 0, and within sixteen digits of four groups.
    /// </summary>
    private static int ReadGroups(ReadOnlySpan<char> text, int start, out string shape, out int digits)
    {
        bool spaced = start > 0 && text[start - 1] is '+' or '(' || text[start] == '0' || IsCard(text[start..]);
        digits = 0;
        shape = "";
        int i = start;
        while (true)
        {
            int group = i;
            while (i < text.Length && char.IsAsciiDigit(text[i]))
                i++;
            digits += i - group;
            shape += (shape.Length == 0 ? "" : "-") + (i - group);
            if (shape.Length > 20)
                return i;
            int next = i;
            if (next < text.Length && text[next] == ')' && spaced)
                next++;
            if (next < text.Length && (text[next] == '-' || text[next] == ' ' && spaced))
                next++;
            if (next == i || next >= text.Length || !char.IsAsciiDigit(text[next]))
                return i;
            i = next;
        }
    }

    private static bool IsCard(ReadOnlySpan<char> text)
    {
        if (text.Length < 19)
            return false;
        for (int i = 0; i < 19; i++)
        {
            if (i % 5 == 4 ? text[i] != ' ' : !char.IsAsciiDigit(text[i]))
                return false;
        }

        return true;
    }
}
