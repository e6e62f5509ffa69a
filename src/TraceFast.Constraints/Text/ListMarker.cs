namespace TraceFast.Constraints.Text;

/// <summary>How list items are marked.</summary>
public enum MarkerStyle
{
    /// <summary>- * + • · and the like.</summary>
    Bullet,

    /// <summary>1.</summary>
    Dot,

    /// <summary>1) or 1）</summary>
    Parenthesis,

    /// <summary>(1) or （1） or （一）</summary>
    Enclosed,

    /// <summary>①</summary>
    Circled,

    /// <summary>1、</summary>
    DigitComma,

    /// <summary>一、</summary>
    Chinese,

    /// <summary>A. or A)</summary>
    Letter,

    /// <summary>Step 1: or 第一步：</summary>
    Step,
}

/// <summary>
/// The mark at the start of a list item. A bullet needs a blank after it (• and its like do not); a number's dot or parenthesis needs a
/// blank or an ideograph after it, so that "3.5 litres" is none; something must follow.
/// </summary>
/// <param name="Length">In UTF-16 units, with the blanks after it.</param>
/// <param name="Style">Its style.</param>
/// <param name="Number">Which number it says; 0 for a bullet.</param>
public readonly record struct ListMarker(int Length, MarkerStyle Style, int Number)
{
    /// <param name="line">A line from its first character that is not blank.</param>
    /// <param name="marker">The mark found.</param>
    public static bool TryRead(ReadOnlySpan<char> line, out ListMarker marker)
    {
        marker = default;
        if (line.Length < 2)
            return false;
        (int length, MarkerStyle style, int number, bool needsGap) = Read(line);
        if (length == 0 || length >= line.Length)
            return false;
        int after = length;
        while (after < line.Length && char.IsWhiteSpace(line[after]))
            after++;
        if (after == line.Length)
            return false;
        if (needsGap && after == length && !(number > 0 && (Script.IsIdeograph(Script.At(line, after, out _))
            || line[after] is '*' or '“' or '《' or '「')))
            return false;
        marker = new ListMarker(after, style, number);
        return true;
    }

    private static (int Length, MarkerStyle Style, int Number, bool NeedsGap) Read(ReadOnlySpan<char> line)
    {
        char c = line[0];
        switch (c)
        {
            case '-' or '*' or '+':
                return (1, MarkerStyle.Bullet, 0, true);
            case '•' or '·' or '●' or '○' or '▪' or '■' or '◦' or '‣' or '◆':
                return (1, MarkerStyle.Bullet, 0, false);
            case >= '①' and <= '⑳':
                return (1, MarkerStyle.Circled, c - '①' + 1, false);
            case '(' or '（':
                int inner = ReadNumber(line[1..], out int enclosed);
                return inner > 0 && inner + 1 < line.Length && line[inner + 1] is ')' or '）'
                    ? (inner + 2, MarkerStyle.Enclosed, enclosed, false) : default;
            case 'S' or 's' or '第' or '步':
                return ReadStep(line);
        }

        int digits = ReadNumber(line, out int number);
        if (digits > 0 && digits < line.Length)
        {
            bool arabic = char.IsAsciiDigit(c) || c is >= '０' and <= '９';
            switch (line[digits])
            {
                case '.' or '．' when arabic:
                    return (digits + 1, MarkerStyle.Dot, number, line[digits] == '.');
                case ')' when arabic:
                    return (digits + 1, MarkerStyle.Parenthesis, number, true);
                case '）' when arabic:
                    return (digits + 1, MarkerStyle.Parenthesis, number, false);
                case '、':
                    return (digits + 1, arabic ? MarkerStyle.DigitComma : MarkerStyle.Chinese, number, false);
            }
        }

        if (char.IsAsciiLetterUpper(c) && line[1] is '.' or ')' && line.Length > 2 && line[2] == ' ')
            return (2, MarkerStyle.Letter, c - 'A' + 1, true);
        return default;
    }

    /// <summary>Step 1: / Step 1. / 第一步： / 步骤1：</summary>
    private static (int Length, MarkerStyle Style, int Number, bool NeedsGap) ReadStep(ReadOnlySpan<char> line)
    {
        int start = line.StartsWith("Step ", StringComparison.OrdinalIgnoreCase) ? 5 : line.StartsWith("步骤") ? 2 : line[0] == '第' ? 1 : 0;
        if (start == 0)
            return line.Length > 2 && line[0] == 'S' && line[1] is '.' or ')' && line[2] == ' '
                ? (2, MarkerStyle.Letter, 'S' - 'A' + 1, true) : default;
        int digits = ReadNumber(line[start..], out int number);
        int end = start + digits;
        if (line[0] == '第')
            end = digits > 0 && end < line.Length && line[end] == '步' ? end + 1 : line.Length;
        return digits > 0 && end < line.Length && line[end] is ':' or '：' or '.' or '、' or '，' or ')'
            ? (end + 1, MarkerStyle.Step, number, false) : default;
    }

    /// <summary>One to three digits, or a Chinese number up to 99.</summary>
    private static int ReadNumber(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        int length = 0;
        while (length < text.Length && length < 4 && (char.IsAsciiDigit(text[length]) || text[length] is >= '０' and <= '９'))
        {
            number = number * 10 + (text[length] & 0xF);
            length++;
        }

        if (length > 3)
            return 0;
        if (length > 0)
            return number > 0 ? length : 0;
        int ones = 0;
        while (length < text.Length && length < 3)
        {
            int digit = "一二三四五六七八九十".IndexOf(text[length], StringComparison.Ordinal) + 1;
            if (digit == 0)
                break;
            if (digit == 10)
                (number, ones) = (number + (ones == 0 ? 10 : ones * 10), 0);
            else
                ones = digit;
            length++;
        }

        number += ones;
        return length;
    }
}
