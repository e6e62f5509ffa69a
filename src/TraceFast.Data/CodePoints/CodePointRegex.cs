using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace TraceFast.Data.CodePoints;

/// <summary>What a regular expression of another syntax is in .NET's.</summary>
/// <param name="Pattern">.NET's pattern, in which a number between two null characters stands for the set with that number.</param>
/// <param name="Sets">The sets of code points.</param>
/// <param name="Groups">How many capturing groups it has.</param>
/// <param name="HasBackReferences">It compares parts of the text with each other.</param>
public sealed record TranslatedRegex(string Pattern, IReadOnlyList<CodePointSet> Sets, int Groups, bool HasBackReferences);

/// <summary>
/// A regular expression that sees a text as code points, run by .NET's engine, which sees UTF-16 units. A text beyond the basic plane is copied
/// to one unit a code point, where a surrogate stands for all code points that the pattern does not tell apart.
/// </summary>
/// <param name="translate">Gives the translation; its argument: only code points of the basic plane will be matched.</param>
public sealed class CodePointRegex(Func<bool, TranslatedRegex> translate)
{
    private readonly CountedRegex basic = new(Write(translate(true), null));
    private volatile Wide? wide;

    /// <summary>The regex for a text and the text that it has to be given.</summary>
    /// <param name="text">Any text, half surrogate pairs included.</param>
    /// <param name="points">One unit a code point; null where the text itself is that.</param>
    /// <param name="units">Where each code point, and the end, lies in the text; null as before.</param>
    /// <exception cref="InputException">The pattern tells too many kinds of characters beyond the basic plane apart.</exception>
    public Regex For(ReadOnlySpan<char> text, out char[]? points, out int[]? units)
    {
        (points, units) = (null, null);
        if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
            return basic.For(text.Length);
        Wide whole = wide ??= Beyond([]);
        if (whole.Translation.HasBackReferences)
            whole = Beyond(StandIns.BeyondBasicPlane(text)); // code points that are alike to the pattern are still not equal
        (points, units) = whole.StandIns.Replace(text);
        return whole.Regex.For(text.Length);
    }

    private Wide Beyond(int[] apart)
    {
        TranslatedRegex translation = translate(false);
        StandIns standIns = new(translation.Sets, apart);
        return new Wide(translation, standIns, new CountedRegex(Write(translation, standIns)));
    }

    private static string Write(TranslatedRegex translation, StandIns? standIns)
    {
        string[] parts = translation.Pattern.Split('\0');
        for (int i = 1; i < parts.Length; i += 2)
        {
            int set = int.Parse(parts[i], CultureInfo.InvariantCulture);
            parts[i] = translation.Sets[set].ToClass(standIns?.Inside(set) ?? "", standIns?.Outside(set) ?? "");
        }
        return string.Concat(parts);
    }

    private sealed record Wide(TranslatedRegex Translation, StandIns StandIns, CountedRegex Regex);

    /// <summary>Compiled once it has gone through so much text that the time which compiling takes comes back.</summary>
    private sealed class CountedRegex(string pattern)
    {
        private const int CompileAfter = 1 << 19;
        private const RegexOptions Options = RegexOptions.CultureInvariant;

        private volatile Regex regex = new(pattern, Options, MatchTime.LongestMatch);
        private int seen;

        public Regex For(int units)
        {
            int before = seen;
            if (before < CompileAfter)
            {
                seen = (int)Math.Min(CompileAfter, (long)before + units);
                if (seen == CompileAfter)
                    regex = new Regex(pattern, Options | RegexOptions.Compiled, MatchTime.LongestMatch);
            }
            return regex;
        }
    }

    /// <summary>Surrogates that stand for code points beyond the basic plane and for half surrogate pairs: one for all that are in the same sets.</summary>
    private sealed class StandIns
    {
        private const int FirstUnit = 0xD800;
        private const int Most = 0x800;

        private readonly int[] starts;
        private readonly char[] units;
        private readonly StringBuilder[] inside;
        private readonly StringBuilder[] outside;

        /// <param name="sets">What the pattern tells apart.</param>
        /// <param name="apart">Code points that get a unit of their own, ascending.</param>
        public StandIns(IReadOnlyList<CodePointSet> sets, int[] apart)
        {
            List<int> cuts = [FirstUnit, 0xE000, 0x10000];
            foreach (int c in apart)
                cuts.AddRange([c, c + 1]);
            foreach (CodePointSet set in sets)
                foreach (int bound in set.Bounds)
                    if (bound is (> FirstUnit and < 0xE000) or (> 0x10000 and < CodePointSet.End))
                        cuts.Add(bound);
            starts = Distinct(cuts);
            units = new char[starts.Length];
            inside = new StringBuilder[sets.Count];
            outside = new StringBuilder[sets.Count];
            for (int set = 0; set < sets.Count; set++)
                (inside[set], outside[set]) = (new StringBuilder(), new StringBuilder());
            Dictionary<string, int> known = [];
            char[] kinds = new char[sets.Count];
            for (int i = 0; i < starts.Length; i++)
            {
                int c = starts[i];
                if (c is >= 0xE000 and < 0x10000 or CodePointSet.End)
                    continue;
                for (int set = 0; set < kinds.Length; set++)
                    kinds[set] = sets[set].Contains(c) ? '1' : '0';
                string kind = new(kinds);
                if (Array.BinarySearch(apart, c) >= 0)
                    kind += c.ToString(CultureInfo.InvariantCulture);
                if (!known.TryGetValue(kind, out int number))
                {
                    number = known.Count;
                    known.Add(kind, number);
                    AddUnit(number, kind);
                }
                units[i] = (char)(FirstUnit + number);
            }
        }

        public string Inside(int set) => inside[set].ToString();

        public string Outside(int set) => outside[set].ToString();

        /// <summary>The code points of a text that get stand-ins.</summary>
        public static int[] BeyondBasicPlane(ReadOnlySpan<char> text)
        {
            List<int> found = [];
            for (int i = 0; i < text.Length; i++)
                if (char.IsSurrogate(text[i]))
                {
                    int c = At(text, i);
                    found.Add(c);
                    i += c > char.MaxValue ? 1 : 0;
                }
            return Distinct(found);
        }

        public (char[] Points, int[] Units) Replace(ReadOnlySpan<char> text)
        {
            int length = text.Length;
            for (int i = 1; i < text.Length; i++)
                length -= char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]) ? 1 : 0;
            char[] points = GC.AllocateUninitializedArray<char>(length);
            int[] at = GC.AllocateUninitializedArray<int>(length + 1);
            for (int i = 0, point = 0; point < length; point++)
            {
                at[point] = i;
                points[point] = text[i];
                if (char.IsSurrogate(text[i++]))
                {
                    int c = At(text, i - 1);
                    points[point] = Of(c);
                    i += c > char.MaxValue ? 1 : 0;
                }
            }
            at[length] = text.Length;
            return (points, at);
        }

        private static int At(ReadOnlySpan<char> text, int i) =>
            char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i];

        private char Of(int codePoint)
        {
            int at = Array.BinarySearch(starts, codePoint);
            return units[at >= 0 ? at : ~at - 1];
        }

        private void AddUnit(int number, string kind)
        {
            if (number == Most)
                throw new InputException(string.Create(CultureInfo.InvariantCulture,
                    $"the regular expression tells more than {Most} kinds of characters beyond U+FFFF apart in this text; expected fewer"));
            for (int set = 0; set < inside.Length; set++)
                (kind[set] == '1' ? inside : outside)[set].Append(CultureInfo.InvariantCulture, $@"\u{FirstUnit + number:X4}");
        }

        private static int[] Distinct(List<int> numbers)
        {
            numbers.Sort();
            int count = 0;
            for (int i = 0; i < numbers.Count; i++)
                if (count == 0 || numbers[count - 1] != numbers[i])
                    numbers[count++] = numbers[i];
            return [.. numbers[..count]];
        }
    }
}
