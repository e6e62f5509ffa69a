using System.Globalization;
using System.Text;

namespace TraceFast.Data.CodePoints;

/// <summary>
/// Reads a regular expression of another syntax from left to right and writes it in .NET's: what translators of all syntaxes share. The
/// translation relies on .NET for the order in which alternatives are tried alone; what characters and classes match is written out.
/// </summary>
public abstract class RegexTranslator
{
    /// <summary>A repetition, or a length, without a bound.</summary>
    protected const int Unbounded = int.MaxValue;

    private readonly string _pattern;
    private readonly List<CodePointSet> _sets = [];
    private readonly Dictionary<object, int> _numbers = [];

    protected RegexTranslator(string pattern) => _pattern = pattern;

    protected enum Greed
    {
        Greedy,
        Lazy,
        Possessive,
    }

    // The text that .NET's engine sees is another one, so its own anchors know no lines.
    private string Newline => One(CodePointSet.Of('\n')).Text;

    /// <summary>The place in the pattern, in UTF-16 units.</summary>
    protected int Position { get; set; }

    protected bool AtEnd => Position >= _pattern.Length;

    /// <summary>The next code point, or -1 at the end.</summary>
    protected int Peek => AtEnd ? -1 : Rune.TryGetRuneAt(_pattern, Position, out Rune rune) ? rune.Value : _pattern[Position];

    /// <summary>A part of the pattern in .NET's syntax, and how few and how many code points it takes.</summary>
    protected sealed record Part(string Text, int Min, int Max)
    {
        public Part(string assertion)
            : this(assertion, 0, 0)
        {
        }

        public static Part Sequence(List<Part> parts)
        {
            StringBuilder text = new();
            int min = 0, max = 0;
            foreach (Part part in parts)
            {
                text.Append(part.Text);
                (min, max) = (Add(min, part.Min), Add(max, part.Max));
            }
            return new Part(text.ToString(), min, max);
        }

        public static Part Choice(List<Part> parts)
        {
            if (parts.Count == 1)
                return parts[0];
            StringBuilder text = new("(?:");
            int min = Unbounded, max = 0;
            foreach (Part part in parts)
            {
                text.Append(part.Text).Append('|');
                (min, max) = (Math.Min(min, part.Min), Math.Max(max, part.Max));
            }
            text[^1] = ')';
            return new Part(text.ToString(), min, max);
        }

        public Part Repeat(int min, int max, Greed greed)
        {
            string times = (min, max) switch
            {
                (0, Unbounded) => "*",
                (1, Unbounded) => "+",
                (0, 1) => "?",
                (_, Unbounded) => string.Create(CultureInfo.InvariantCulture, $"{{{min},}}"),
                _ => string.Create(CultureInfo.InvariantCulture, $"{{{min},{max}}}"),
            };
            Part repeated = new($"(?:{Text}){times}{(greed == Greed.Lazy ? "?" : "")}", Times(Min, min), Times(Max, max));
            return greed == Greed.Possessive ? repeated.Atomic() : repeated;
        }

        public Part Atomic() => this with { Text = $"(?>{Text})" };

        public Part Look(bool behind, bool negative) => new($"(?{(behind ? "<" : "")}{(negative ? '!' : '=')}{Text})");

        private static int Add(int a, int b) => (int)Math.Min(Unbounded, (long)a + b);

        private static int Times(int a, int b) => (int)Math.Min(Unbounded, (long)a * b);
    }

    protected TranslatedRegex Finish(Part whole, int groups = 0, Func<int, int>? letter = null) => new(whole.Text, _sets, groups, letter);

    /// <summary>One code point of a set.</summary>
    protected Part One(CodePointSet set)
    {
        object key = set.Single >= 0 ? set.Single : set;
        if (!_numbers.TryGetValue(key, out int number))
        {
            _numbers.Add(key, number = _sets.Count);
            _sets.Add(set);
        }
        return new Part(string.Create(CultureInfo.InvariantCulture, $"\0{number}\0"), 1, 1);
    }

    /// <summary>The start of a line: of the text, and after a newline.</summary>
    protected Part LineStart(bool alsoAtEnd) => new($@"(?:\A|(?<={Newline}){(alsoAtEnd ? "" : @"(?!\z)")})");

    /// <summary>The end of a line: of the text, and before a newline.</summary>
    protected Part LineEnd() => new($@"(?={Newline}|\z)");

    /// <summary>The end of the text, or before a newline that ends it.</summary>
    protected Part TextEnd() => new($@"(?={Newline}?\z)");

    /// <summary>Where one side is of a set and the other is not; or, <paramref name="negative"/>, where that does not hold.</summary>
    protected Part Boundary(CodePointSet words, bool negative)
    {
        string word = One(words).Text;
        return new Part(negative ? $"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))" : $"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))");
    }

    protected bool LooksAt(string text) => string.CompareOrdinal(_pattern, Position, text, 0, text.Length) == 0;

    protected bool TryTake(string text)
    {
        if (!LooksAt(text))
            return false;
        Position += text.Length;
        return true;
    }

    protected int Take()
    {
        if (AtEnd)
            throw Error("the pattern ends too early");
        int codePoint = Peek;
        Position += codePoint > char.MaxValue ? 2 : 1;
        return codePoint;
    }

    /// <summary>Takes code points as long as they are of a kind.</summary>
    protected string TakeWhile(Func<char, bool> isTaken, int atMost = int.MaxValue)
    {
        int start = Position;
        while (!AtEnd && Position - start < atMost && isTaken(_pattern[Position]))
            Position++;
        return _pattern[start..Position];
    }

    /// <summary>Takes everything up to <paramref name="end"/>, and <paramref name="end"/> itself.</summary>
    protected string TakeUntil(string end, string otherwise)
    {
        int at = _pattern.IndexOf(end, Position, StringComparison.Ordinal);
        if (at < 0)
            throw Error(otherwise);
        string text = _pattern[Position..at];
        Position = at + end.Length;
        return text;
    }

    /// <summary>The number that digits write.</summary>
    protected int Number(string digits, int most) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most
            ? number
            : throw Error($"the number {digits}, which is above {most}");

    protected RegexSyntaxException Error(string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{what}, at character {Position} of the pattern"));
}
