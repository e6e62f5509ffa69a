using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>Reads a pattern code point by code point.</summary>
internal sealed class PatternCursor(string pattern)
{
    public int Position { get; private set; }

    public bool AtEnd => Position >= pattern.Length;

    /// <summary>The next code point, or -1 at the end.</summary>
    public int Peek => AtEnd ? -1 : char.ConvertToUtf32(pattern, Position);

    public bool LooksAt(string text) => string.CompareOrdinal(pattern, Position, text, 0, text.Length) == 0;

    public bool TryTake(string text)
    {
        if (!LooksAt(text))
            return false;
        Position += text.Length;
        return true;
    }

    public int Take()
    {
        if (AtEnd)
            throw Error("the pattern ends too early");
        int codePoint = Peek;
        Position += codePoint > char.MaxValue ? 2 : 1;
        return codePoint;
    }

    /// <summary>Takes everything up to <paramref name="end"/>, and <paramref name="end"/> itself.</summary>
    public string TakeUntil(string end)
    {
        int at = pattern.IndexOf(end, Position, StringComparison.Ordinal);
        if (at < 0)
            throw Error($"no \"{end}\"");
        string text = pattern[Position..at];
        Position = at + end.Length;
        return text;
    }

    /// <summary>A decimal number, or null where there is no digit.</summary>
    public int? TakeNumber()
    {
        int? number = null;
        while (!AtEnd && char.IsAsciiDigit(pattern[Position]))
        {
            number = 10 * (number ?? 0) + pattern[Position++] - '0';
            if (number > 100_000)
                throw Error("a repetition above 100000");
        }
        return number;
    }

    public void GoTo(int position) => Position = position;

    /// <summary>The rest of an escape that stands for one code point, after its backslash and letter; -1 where it is none.</summary>
    public int TakeCharacterEscape(int letter) => letter switch
    {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\f',
        'v' => '\v',
        'a' => '\a',
        'e' => 0x1B,
        '0' => 0,
        'x' when TryTake("{") => Hexadecimal(TakeUntil("}")),
        'x' => TakeHexadecimal(2),
        'u' => TakeHexadecimal(4),
        _ => letter < 128 && char.IsAsciiLetterOrDigit((char)letter) ? -1 : letter,
    };

    /// <summary>The rest of <c>\p{...}</c> or <c>\P{...}</c>.</summary>
    public CodePointSet TakeProperty(bool negated)
    {
        string name = TryTake("{") ? TakeUntil("}") : char.ConvertFromUtf32(Take());
        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }
        CodePointSet set = UnicodeProperty.Find(name) ?? throw Error($"the property \\p{{{name}}}, which is not supported");
        return negated ? set.Complement() : set;
    }

    public RegexSyntaxException Error(string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{what} (at character {Position} of the pattern)"));

    private int TakeHexadecimal(int most)
    {
        int start = Position;
        while (Position < pattern.Length && Position - start < most && char.IsAsciiHexDigit(pattern[Position]))
            Position++;
        return Hexadecimal(pattern[start..Position]);
    }

    private int Hexadecimal(string digits) =>
        int.TryParse(digits.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) && Rune.IsValid(value)
            ? value
            : throw Error($"\"{digits}\" as a code point");
}
