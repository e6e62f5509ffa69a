using System.Globalization;
using System.Text;

namespace TraceFast.Data.CodePoints;

/// <summary>A normalization form.</summary>
public enum UnicodeForm
{
    NFC,
    NFD,
    NFKC,
    NFKD,
}

/// <summary>
/// The normalization forms of Unicode Standard Annex 15 (https://www.unicode.org/reports/tr15/): full decomposition,
/// canonical ordering by combining class, and for NFC and NFKC canonical composition. Unicode 9.0.
/// </summary>
public sealed class UnicodeNormalization(UnicodeForm form)
{
    // Hangul syllables decompose and compose by arithmetic (The Unicode Standard, section 3.12).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    private readonly bool _compatible = form is UnicodeForm.NFKC or UnicodeForm.NFKD;
    private readonly bool _compose = form is UnicodeForm.NFC or UnicodeForm.NFKC;

    // Below it no code point changes: U+0300 starts the marks, U+00A0 the (compatibility) decompositions.
    private readonly char _firstThatMayChange = form == UnicodeForm.NFC ? '\u0300' : '\u00A0';

    /// <summary>The text in this form; half a surrogate pair becomes U+FFFD where anything else changes.</summary>
    public string Normalize(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(_firstThatMayChange, char.MaxValue) || (_compose && IsUnaffected(text)))
            return text;
        List<int> codePoints = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            Decompose(rune.Value, codePoints);
        Order(codePoints);
        if (_compose)
            Compose(codePoints);
        StringBuilder result = new(codePoints.Count);
        foreach (int codePoint in codePoints)
            result.Append(new Rune(codePoint));
        return result.ToString();
    }

    /// <summary>
    /// True where every code point is of the common scripts that no composition touches: ASCII to Latin, CJK, kana and their punctuation.
    /// </summary>
    private bool IsUnaffected(string text)
    {
        foreach (char c in text)
        {
            // NFKC folds the ellipsis and the full-width forms, among others.
            bool stable = c < _firstThatMayChange || c is (>= '\u4E00' and <= '\u9FFF') or '\u3001' or '\u3002'
                || (!_compatible && c is (>= '\u2010' and <= '\u2027') or (>= '\uFF01' and <= '\uFF5E'));
            if (!stable)
                return false;
        }
        return true;
    }

    private void Decompose(int codePoint, List<int> target)
    {
        int syllable = codePoint - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            target.Add(LeadBase + syllable / (VowelCount * TrailCount));
            target.Add(VowelBase + syllable % (VowelCount * TrailCount) / TrailCount);
            if (syllable % TrailCount != 0)
                target.Add(TrailBase + syllable % TrailCount);
        }
        else if (codePoint >= 0xA0 && UnicodeTables.Default.Decomposition(codePoint, _compatible) is { } parts)
        {
            target.AddRange(parts);
        }
        else
        {
            target.Add(codePoint);
        }
    }

    /// <summary>Sorts each run of marks by combining class, keeping equals in order.</summary>
    private static void Order(List<int> codePoints)
    {
        for (int start = 0; start < codePoints.Count; start++)
        {
            int end = start;
            while (end < codePoints.Count && Class(codePoints[end]) != 0)
                end++;
            if (end - start > 1)
            {
                int[] run = [.. codePoints.GetRange(start, end - start).OrderBy(Class)];
                for (int i = 0; i < run.Length; i++)
                    codePoints[start + i] = run[i];
            }
            start = end;
        }
    }

    /// <summary>Composes each mark or following starter with the last starter, unless something between them blocks it.</summary>
    private static void Compose(List<int> codePoints)
    {
        int kept = 0;
        int starter = -1;
        int lastClass = 0;
        for (int i = 0; i < codePoints.Count; i++)
        {
            int codePoint = codePoints[i];
            int combiningClass = Class(codePoint);
            bool adjacent = starter == kept - 1;
            if (starter >= 0 && (adjacent || lastClass < combiningClass) && Composed(codePoints[starter], codePoint) is { } composed)
            {
                codePoints[starter] = composed;
                continue;
            }
            if (combiningClass == 0)
                starter = kept;
            lastClass = combiningClass;
            codePoints[kept++] = codePoint;
        }
        codePoints.RemoveRange(kept, codePoints.Count - kept);
    }

    private static int? Composed(int first, int second)
    {
        int lead = first - LeadBase;
        int vowel = second - VowelBase;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
            return SyllableBase + (lead * VowelCount + vowel) * TrailCount;
        int syllable = first - SyllableBase;
        int trail = second - TrailBase;
        if (syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
            return first + trail;
        return UnicodeTables.Default.Composition(first, second);
    }

    private static int Class(int codePoint) => codePoint < 0x300 ? 0 : UnicodeTables.Default.Class(codePoint);
}

/// <summary>
/// Combining classes, decompositions, compositions and marks of Unicode 9.0, from unicode-9.0-normalization.txt: the version
/// that the Rust library normalizes by. (string.Normalize is no way out: under invariant globalization it returns its input.)
/// </summary>
public sealed class UnicodeTables
{
    private static readonly Lazy<UnicodeTables> s_lazy = new(Load);

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatibility = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly HashSet<int> _marks = [];

    private UnicodeTables()
    {
    }

    public static UnicodeTables Default => s_lazy.Value;

    /// <summary>Canonical_Combining_Class.</summary>
    public byte Class(int codePoint) => _classes.GetValueOrDefault(codePoint);

    /// <summary>General category M.</summary>
    public bool IsMark(int codePoint) => _marks.Contains(codePoint);

    /// <summary>The full decomposition of a code point, or null where it has none. Hangul syllables are not in the table.</summary>
    public int[]? Decomposition(int codePoint, bool compatible) =>
        (compatible ? _compatibility.GetValueOrDefault(codePoint) : null) ?? _canonical.GetValueOrDefault(codePoint);

    /// <summary>What two code points canonically compose to, or null.</summary>
    public int? Composition(int first, int second) => _compositions.TryGetValue((first, second), out int composed) ? composed : null;

    private static UnicodeTables Load()
    {
        UnicodeTables tables = new();
        using Stream stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("unicode-9.0-normalization.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string[] head = line[..colon].Split(' ');
            string[] values = line[(colon + 2)..].Split(' ');
            switch (head[0])
            {
                case "class":
                    foreach (int codePoint in values.SelectMany(Range))
                        tables._classes.Add(codePoint, byte.Parse(head[1], CultureInfo.InvariantCulture));
                    break;
                case "mark":
                    tables._marks.UnionWith(values.SelectMany(Range));
                    break;
                case "decompose":
                    tables._canonical.Add(CodePoint(head[1]), [.. values.Select(CodePoint)]);
                    break;
                case "compatibility":
                    tables._compatibility.Add(CodePoint(head[1]), [.. values.Select(CodePoint)]);
                    break;
                case "compose":
                    tables._compositions.Add((CodePoint(values[0]), CodePoint(values[1])), CodePoint(head[1]));
                    break;
                default:
                    throw new InvalidDataException($"unicode-9.0-normalization.txt: found \"{line}\"");
            }
        }
        return tables;
    }

    private static int CodePoint(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static IEnumerable<int> Range(string range)
    {
        string[] ends = range.Split('-');
        int first = CodePoint(ends[0]);
        return Enumerable.Range(first, CodePoint(ends[^1]) - first + 1);
    }
}
