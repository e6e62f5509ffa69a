using System.Buffers;
using System.Globalization;
using System.Text;

namespace TraceFast.Data.CodePoints;

/// <summary>
/// The kinds of code points that a pattern tells apart: those in the same of its sets are one kind, numbered from 0 (alphabet compression,
/// as RE2 and Rust's regex have it for bytes). Patterns have some dozens, so that in a text of kinds every character class is a few small
/// numbers, wherever in Unicode its members lie.
/// </summary>
internal sealed class Alphabet
{
    // Kinds are written as UTF-16 units.
    private const int Most = char.MaxValue;
    private const int AfterBasicPlane = 0x10000;

    // The kinds of 256 code points each; pages of one kind only are shared.
    private readonly char[][] _pages = new char[CodePointSet.End >> 8][];

    // By set: the numbers of its kinds.
    private readonly List<int>[] _members;
    private int _count;

    public Alphabet(IReadOnlyList<CodePointSet> sets)
        : this(sets, null, [])
    {
    }

    /// <param name="sets">What the pattern tells apart.</param>
    /// <param name="letter">Tells the code points of the text apart as well, by what it gives for them.</param>
    /// <param name="text">The text.</param>
    public Alphabet(IReadOnlyList<CodePointSet> sets, Func<int, int>? letter, ReadOnlySpan<char> text)
    {
        _members = new List<int>[sets.Count];
        List<(int At, int Set)> bounds = [(0, -1)];
        for (int set = 0; set < _members.Length; set++)
        {
            _members[set] = [];
            foreach (int bound in sets[set].Bounds)
                bounds.Add((bound, set));
        }
        for (int i = 0; letter != null && i < text.Length;)
        {
            int c = CodePointAt(text, i);
            bounds.AddRange([(c, -1), (c + 1, -1)]);
            i += Width(c);
        }
        bounds.Sort((a, b) => a.At.CompareTo(b.At));

        char[] isIn = new char[_members.Length];
        Array.Fill(isIn, '-');
        Dictionary<string, int> known = [];
        // From each of these code points to before the next one all are of one kind.
        List<int> starts = [];
        List<char> kinds = [];
        for (int i = 0; i < bounds.Count;)
        {
            int start = bounds[i].At;
            for (; i < bounds.Count && bounds[i].At == start; i++)
                if (bounds[i].Set >= 0)
                    isIn[bounds[i].Set] ^= (char)('-' ^ '+');
            if (start == CodePointSet.End)
                break;
            string key = new(isIn);
            if (letter != null)
                key += letter(start).ToString(CultureInfo.InvariantCulture);
            if (!known.TryGetValue(key, out int number))
                known.Add(key, number = NewKind(isIn));
            starts.Add(start);
            kinds.Add((char)number);
        }
        starts.Add(CodePointSet.End);
        FillPages(starts, kinds);
    }

    /// <summary>A translated pattern for texts of kinds.</summary>
    public string Write(string pattern)
    {
        string[] parts = pattern.Split('\0');
        for (int i = 1; i < parts.Length; i += 2)
            parts[i] = Class(_members[int.Parse(parts[i], CultureInfo.InvariantCulture)]);
        return string.Concat(parts);
    }

    /// <summary>A text as kinds, in a rented array, and where each code point lies; null where each is one unit of the text.</summary>
    public (char[] Points, int Count, int[]? Units) Map(ReadOnlySpan<char> text)
    {
        char[] points = ArrayPool<char>.Shared.Rent(text.Length);
        if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            for (int i = 0; i < text.Length; i++)
                points[i] = KindOf(text[i]);
            return (points, text.Length, null);
        }
        int[] units = GC.AllocateUninitializedArray<int>(text.Length + 1);
        int point = 0;
        for (int i = 0; i < text.Length; point++)
        {
            units[point] = i;
            int c = CodePointAt(text, i);
            points[point] = KindOf(c);
            i += Width(c);
        }
        units[point] = text.Length;
        return (points, point, units);
    }

    private static int Width(int codePoint) => codePoint < AfterBasicPlane ? 1 : 2;

    private static int CodePointAt(ReadOnlySpan<char> text, int i) =>
        char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
            ? char.ConvertToUtf32(text[i], text[i + 1])
            : text[i];

    private char KindOf(int codePoint) => _pages[codePoint >> 8][codePoint & 0xFF];

    private void FillPages(List<int> starts, List<char> kinds)
    {
        char[]?[] uniform = new char[_count][];
        int at = 0;
        for (int page = 0; page < _pages.Length; page++)
        {
            int first = page << 8;
            while (starts[at + 1] <= first)
                at++;
            if (starts[at + 1] >= first + 256)
            {
                if (uniform[kinds[at]] is null)
                    Array.Fill(uniform[kinds[at]] = new char[256], kinds[at]);
                _pages[page] = uniform[kinds[at]]!;
                continue;
            }
            char[] mixed = _pages[page] = new char[256];
            for (int i = 0; i < mixed.Length; i++)
            {
                while (starts[at + 1] <= first + i)
                    at++;
                mixed[i] = kinds[at];
            }
        }
    }

    private int NewKind(char[] isIn)
    {
        if (_count == Most)
            throw new InputException($"the regular expression tells more than {Most} kinds of characters apart; expected fewer");
        for (int set = 0; set < _members.Length; set++)
            if (isIn[set] == '+')
                _members[set].Add(_count);
        return _count++;
    }

    private string Class(List<int> numbers)
    {
        if (numbers.Count == _count)
            return @"[\s\S]";
        if (numbers.Count == 0)
            return "(?!)";
        StringBuilder text = new("[");
        for (int i = 0; i < numbers.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $@"\u{numbers[i]:X4}");
            int first = i;
            while (i + 1 < numbers.Count && numbers[i + 1] == numbers[i] + 1)
                i++;
            if (i > first)
                text.Append(CultureInfo.InvariantCulture, $@"-\u{numbers[i]:X4}");
        }
        return text.Append(']').ToString();
    }
}
