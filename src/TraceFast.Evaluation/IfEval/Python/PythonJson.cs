namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>
/// What json.loads of Python 3.11 takes: JSON, and NaN, Infinity, -Infinity, lone surrogate escapes and repeated keys; not control
/// characters in strings, a byte order mark, or integers of more than 4,300 digits. Nesting is not limited here (Python gives up near
/// 1,000).
/// </summary>
internal static class PythonJson
{
    private const int MaxIntegerDigits = 4300;

    private static readonly string[] s_words = ["null", "true", "false", "NaN", "Infinity", "-Infinity"];

    /// <summary>Null where the text is one JSON value; otherwise the place from which on it cannot be.</summary>
    public static int? FirstError(string text)
    {
        int at = 0;
        if (!Value(text, ref at))
            return at;
        SkipSpace(text, ref at);
        return at == text.Length ? null : at;
    }

    /// <summary>One value, nested ones on a stack of their own: no text can exhaust the thread's.</summary>
    private static bool Value(string text, ref int at)
    {
        Stack<char> open = new();
        while (true)
        {
            SkipSpace(text, ref at);
            if (at < text.Length && text[at] is '{' or '[')
            {
                open.Push(text[at++]);
                if (!IsEmptied(text, ref at, open))
                {
                    if (open.Peek() == '{' && !Key(text, ref at))
                        return false;
                    continue;
                }
            }
            else if (!Scalar(text, ref at))
            {
                return false;
            }
            if (!Close(text, ref at, open))
                return false;
            if (open.Count == 0)
                return true;
        }
    }

    /// <summary>Directly after the opening: the closing bracket.</summary>
    private static bool IsEmptied(string text, ref int at, Stack<char> open)
    {
        SkipSpace(text, ref at);
        if (at == text.Length || text[at] != (open.Peek() == '{' ? '}' : ']'))
            return false;
        at++;
        open.Pop();
        return true;
    }

    /// <summary>After a value: closing brackets, then a comma (and key) where something is still open.</summary>
    private static bool Close(string text, ref int at, Stack<char> open)
    {
        while (open.Count > 0)
        {
            SkipSpace(text, ref at);
            if (at == text.Length)
                return false;
            if (text[at] == ',')
            {
                at++;
                SkipSpace(text, ref at);
                return open.Peek() == '[' || Key(text, ref at);
            }
            if (text[at] != (open.Peek() == '{' ? '}' : ']'))
                return false;
            at++;
            open.Pop();
        }
        return true;
    }

    private static bool Key(string text, ref int at)
    {
        if (!String(text, ref at))
            return false;
        SkipSpace(text, ref at);
        if (at == text.Length || text[at] != ':')
            return false;
        at++;
        return true;
    }

    private static bool Scalar(string text, ref int at)
    {
        foreach (string word in s_words)
            if (text.AsSpan(at).StartsWith(word, StringComparison.Ordinal))
            {
                at += word.Length;
                return true;
            }
        return at < text.Length && text[at] == '"' ? String(text, ref at) : Number(text, ref at);
    }

    private static bool String(string text, ref int at)
    {
        if (at == text.Length || text[at] != '"')
            return false;
        for (int i = at + 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                at = i + 1;
                return true;
            }
            if (text[i] < 0x20 || (text[i] == '\\' && !Escape(text, ref i)))
            {
                at = i;
                return false;
            }
        }
        at = text.Length;
        return false;
    }

    private static bool Escape(string text, ref int at)
    {
        if (at + 1 == text.Length)
            return false;
        char c = text[at + 1];
        if (c == 'u')
        {
            if (at + 6 > text.Length || !text.AsSpan(at + 2, 4).ToString().All(char.IsAsciiHexDigit))
                return false;
            at += 5;
            return true;
        }
        at++;
        return c is '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't';
    }

    private static bool Number(string text, ref int at)
    {
        int start = at, i = at;
        if (i < text.Length && text[i] == '-')
            i++;
        int digits = i;
        if (i < text.Length && text[i] == '0')
            i++;
        else
            SkipDigits(text, ref i);
        if (i == digits)
            return false;
        int length = i - digits;
        bool whole = !Fraction(text, ref i);
        whole &= !Exponent(text, ref i);
        at = i;
        if (!whole || length <= MaxIntegerDigits)
            return true;
        at = start;
        return false;
    }

    private static bool Fraction(string text, ref int at)
    {
        int end = at + 1;
        if (at == text.Length || text[at] != '.')
            return false;
        SkipDigits(text, ref end);
        if (end == at + 1)
            return false;
        at = end;
        return true;
    }

    private static bool Exponent(string text, ref int at)
    {
        if (at == text.Length || text[at] is not ('e' or 'E'))
            return false;
        int digits = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
        int end = digits;
        SkipDigits(text, ref end);
        if (end == digits)
            return false;
        at = end;
        return true;
    }

    private static void SkipDigits(string text, ref int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
    }

    private static void SkipSpace(string text, ref int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\n' or '\r')
            at++;
    }
}
