using System.Globalization;

namespace TraceFast.Tokenization.Normalizers;

/// <summary>
/// Combining classes, decompositions, compositions and marks of Unicode 9.0, from unicode-9.0-normalization.txt: the version
/// that the Rust library normalizes by. (string.Normalize is no way out: under invariant globalization it returns its input.)
/// </summary>
internal sealed class UnicodeTables
{
    private static readonly Lazy<UnicodeTables> lazy = new(Load);

    private readonly Dictionary<int, byte> classes = [];
    private readonly Dictionary<int, int[]> canonical = [];
    private readonly Dictionary<int, int[]> compatibility = [];
    private readonly Dictionary<(int First, int Second), int> compositions = [];
    private readonly HashSet<int> marks = [];

    public static UnicodeTables Default => lazy.Value;

    /// <summary>Canonical_Combining_Class.</summary>
    public byte Class(int codePoint) => classes.GetValueOrDefault(codePoint);

    /// <summary>General category M.</summary>
    public bool IsMark(int codePoint) => marks.Contains(codePoint);

    /// <summary>The full decomposition of a code point, or null where it has none. Hangul syllables are not in the table.</summary>
    public int[]? Decomposition(int codePoint, bool compatible) =>
        (compatible ? compatibility.GetValueOrDefault(codePoint) : null) ?? canonical.GetValueOrDefault(codePoint);

    /// <summary>What two code points canonically compose to, or null.</summary>
    public int? Composition(int first, int second) => compositions.TryGetValue((first, second), out int composed) ? composed : null;

    private static UnicodeTables Load()
    {
        var tables = new UnicodeTables();
        using Stream stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("unicode-9.0-normalization.txt")!;
        using var reader = new StreamReader(stream);
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
                        tables.classes.Add(codePoint, byte.Parse(head[1], CultureInfo.InvariantCulture));
                    break;
                case "mark":
                    tables.marks.UnionWith(values.SelectMany(Range));
                    break;
                case "decompose":
                    tables.canonical.Add(CodePoint(head[1]), [.. values.Select(CodePoint)]);
                    break;
                case "compatibility":
                    tables.compatibility.Add(CodePoint(head[1]), [.. values.Select(CodePoint)]);
                    break;
                case "compose":
                    tables.compositions.Add((CodePoint(values[0]), CodePoint(values[1])), CodePoint(head[1]));
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
