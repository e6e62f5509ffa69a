using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>Python's view of a string: code points, slices, white space, lines.</summary>
internal static class PyText
{
    /// <summary>str.isspace for one character.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>Order by code point; UTF-16 order differs between surrogates and U+E000..U+FFFF.</summary>
    public static int CompareCodePoints(string a, string b)
    {
        int n = Math.Min(a.Length, b.Length);
        for (int i = 0; i < n; i++)
        {
            (char x, char y) = (a[i], b[i]);
            if (x == y)
                continue;
            if (char.IsSurrogate(x) != char.IsSurrogate(y))
                return char.IsSurrogate(x) ? 1 : -1;
            return x.CompareTo(y);
        }
        return a.Length.CompareTo(b.Length);
    }

    public static IEnumerable<object?> Characters(RenderState state, TaintedString text)
    {
        for (int i = 0; i < text.Length;)
        {
            int width = WidthAt(text.Value, i);
            state.ChargeText(width);
            yield return text.Slice(i, width).AsSafe(false);
            i += width;
        }
    }

    /// <summary>UTF-16 units of the code point at i.</summary>
    public static int WidthAt(string s, int i) =>
        char.IsHighSurrogate(s[i]) && i + 1 < s.Length && char.IsLowSurrogate(s[i + 1]) ? 2 : 1;

    /// <summary>UTF-16 index of a code point index.</summary>
    public static int Offset(TaintedString text, int codePoint)
    {
        if (text.CodePoints == text.Length)
            return codePoint;
        int i = 0;
        for (int n = 0; n < codePoint; n++)
            i += WidthAt(text.Value, i);
        return i;
    }

    public static TaintedString Concat(RenderState state, params ReadOnlySpan<TaintedString> parts)
    {
        long total = 0;
        foreach (TaintedString part in parts)
            total += part.Length;
        state.ChargeText(total);
        return TaintedString.Concat(parts);
    }

    public static TaintedString Repeat(RenderState state, TaintedString text, long count)
    {
        if (count <= 0 || text.Length == 0)
            return TaintedString.Empty;
        state.ChargeText((long)Int128.Min((Int128)text.Length * count, long.MaxValue / 4));
        TaintedStringBuilder builder = new();
        for (long i = 0; i < count; i++)
            builder.Append(text);
        return builder.Build();
    }

    public static TaintedString Join(RenderState state, TaintedString separator, IReadOnlyList<TaintedString> parts)
    {
        long total = parts.Sum(p => (long)p.Length) + (long)separator.Length * Math.Max(parts.Count - 1, 0);
        state.ChargeText(total);
        TaintedStringBuilder builder = new();
        for (int i = 0; i < parts.Count; i++)
        {
            if (i > 0)
                builder.Append(separator);
            builder.Append(parts[i]);
        }
        return builder.Build();
    }

    /// <summary>markupsafe.escape: &amp; &gt; &lt; ' " as HTML's entities, once.</summary>
    public static TaintedString Escape(RenderState state, TaintedString text)
    {
        if (text.IsSafe)
            return text;
        foreach ((string old, string entity) in new[] { ("&", "&amp;"), (">", "&gt;"), ("<", "&lt;"), ("'", "&#39;"), ("\"", "&#34;") })
            text = Replace(state, text, TaintedString.FromTemplate(old), TaintedString.FromTemplate(entity), -1);
        return text.AsSafe();
    }

    /// <summary>lstrip, rstrip, strip; <paramref name="characters"/> null strips white space.</summary>
    public static TaintedString Strip(RenderState state, TaintedString text, TaintedString? characters, bool left, bool right)
    {
        state.ChargeText(text.Length);
        string s = text.Value;
        (int start, int end) = (0, s.Length);
        if (characters is null)
        {
            while (left && start < end && IsSpace(s[start]))
                start++;
            while (right && end > start && IsSpace(s[end - 1]))
                end--;
            return text.Slice(start, end - start);
        }
        HashSet<Rune> set = [.. characters.Value.EnumerateRunes()];
        while (left && start < end && Rune.DecodeFromUtf16(s.AsSpan(start, end - start), out Rune r, out int w) == 0 && set.Contains(r))
            start += w;
        while (right && end > start && Rune.DecodeLastFromUtf16(s.AsSpan(start, end - start), out Rune r, out int w) == 0
            && set.Contains(r))
            end -= w;
        return text.Slice(start, end - start);
    }

    /// <summary>str.splitlines.</summary>
    public static List<TaintedString> SplitLines(RenderState state, TaintedString text)
    {
        state.ChargeText(text.Length);
        List<TaintedString> lines = new();
        string s = text.Value;
        int start = 0;
        for (int i = 0; i < s.Length; i++)
        {
            if (s[i] is not ('\n' or '\r' or '\v' or '\f' or (>= '\x1c' and <= '\x1e') or '\x85' or '\u2028' or '\u2029'))
                continue;
            int next = s[i] == '\r' && i + 1 < s.Length && s[i + 1] == '\n' ? i + 2 : i + 1;
            state.ChargeItems(1);
            lines.Add(text.Slice(start, i - start));
            start = next;
            i = next - 1;
        }
        if (start < s.Length)
            lines.Add(text.Slice(start, s.Length - start));
        return lines;
    }

    /// <summary>str.replace(old, new, count); count -1 replaces all.</summary>
    public static TaintedString Replace(RenderState state, TaintedString text, TaintedString old, TaintedString replacement, long count)
    {
        state.ChargeScan(text.Length);
        TaintedStringBuilder builder = new();
        int start = 0;
        for (int from = 0; count != 0; count--)
        {
            int at;
            if (old.Length > 0)
            {
                at = text.Value.IndexOf(old.Value, from, StringComparison.Ordinal);
                if (at < 0)
                    break;
                from = at + old.Length;
            }
            else
            {
                if (from > text.Length)
                    break;
                at = from;
                from += from < text.Length ? WidthAt(text.Value, from) : 1;
            }
            state.ChargeText(at - start + replacement.Length);
            builder.Append(text, start, at - start).Append(replacement);
            start = at + old.Length;
        }
        if (start == 0 && builder.Length == 0)
            return text;
        state.ChargeText(text.Length - start);
        return builder.Append(text, start, text.Length - start).Build();
    }
}

/// <summary>value[index] and value[start:stop:step] on strings, lists, tuples and ranges, as Python's.</summary>
internal static class PySlice
{
    /// <summary>The element, or null where the index is outside (the caller makes it undefined).</summary>
    public static bool TryIndex(RenderState state, object? value, long index, out object? element)
    {
        element = null;
        int count = value switch
        {
            TaintedString text => text.CodePoints,
            IJinjaSequence sequence => sequence.Count,
            _ => -1,
        };
        if (index < 0)
            index += count;
        if (index < 0 || index >= count)
            return false;
        if (value is TaintedString s)
        {
            state.ChargeScan(s.Length);
            int at = PyText.Offset(s, (int)index);
            element = s.Slice(at, PyText.WidthAt(s.Value, at));
        }
        else
        {
            element = ((IJinjaSequence)value!)[(int)index];
        }
        return true;
    }

    public static object Slice(RenderState state, object? value, long? start, long? stop, long? step)
    {
        int count = value switch
        {
            TaintedString text => text.CodePoints,
            IJinjaSequence sequence => sequence.Count,
            Undefined u => throw new JinjaRuntimeError(u.Message),
            _ => throw new JinjaRuntimeError($"'{PyType.Name(value)}' object cannot be sliced"),
        };
        long by = step ?? 1;
        if (by == 0)
            throw new JinjaRuntimeError("slice step cannot be zero");
        long low = by > 0 ? 0 : -1;
        long high = by > 0 ? count : count - 1;
        long Clamp(long? bound, long otherwise) =>
            bound is not { } b ? otherwise : Math.Clamp(b < 0 ? Math.Max(b + count, low) : b, low, high);
        long from = Clamp(start, by > 0 ? 0 : count - 1);
        long to = Clamp(stop, by > 0 ? count : -1);

        if (value is TaintedString s)
        {
            state.ChargeText(s.Length);
            if (by == 1)
            {
                if (to <= from)
                    return TaintedString.Empty.AsSafe(s.IsSafe);
                int at = PyText.Offset(s, (int)from);
                return s.Slice(at, PyText.Offset(s, (int)to) - at);
            }
            List<TaintedString> characters = [.. PyText.Characters(state, s).Cast<TaintedString>()];
            TaintedStringBuilder builder = new();
            for (long i = from; by > 0 ? i < to : i > to; i = Next(i, by))
                builder.Append(characters[(int)i]);
            return builder.Build().AsSafe(s.IsSafe);
        }
        IJinjaSequence items = (IJinjaSequence)value;
        List<object?> picked = new();
        for (long i = from; by > 0 ? i < to : i > to; i = Next(i, by))
        {
            state.ChargeItems(1);
            picked.Add(items[(int)i]);
        }
        return value is JinjaTuple ? new JinjaTuple(picked) : new JinjaList(picked);
    }

    private static long Next(long i, long by) => (long)Int128.Clamp((Int128)i + by, long.MinValue, long.MaxValue);
}

/// <summary>
/// str.upper, lower, title and capitalize. .NET maps one code point to one; where Unicode's SpecialCasing.txt (unconditional
/// rules, and the final sigma) maps to several, the tables below say so. A mapped character keeps the mark of the one it came from.
/// </summary>
internal static class CaseMapping
{
    private const string UpperTable = """
        00DF:0053+0053 0149:02BC+004E 01F0:004A+030C 0390:0399+0308+0301 03B0:03A5+0308+0301 0587:0535+0552
        1E96:0048+0331 1E97:0054+0308 1E98:0057+030A 1E99:0059+030A 1E9A:0041+02BE 1F50:03A5+0313
        1F52:03A5+0313+0300 1F54:03A5+0313+0301 1F56:03A5+0313+0342 1F80:1F08+0399 1F81:1F09+0399 1F82:1F0A+0399
        1F83:1F0B+0399 1F84:1F0C+0399 1F85:1F0D+0399 1F86:1F0E+0399 1F87:1F0F+0399 1F88:1F08+0399 1F89:1F09+0399
        1F8A:1F0A+0399 1F8B:1F0B+0399 1F8C:1F0C+0399 1F8D:1F0D+0399 1F8E:1F0E+0399 1F8F:1F0F+0399 1F90:1F28+0399
        1F91:1F29+0399 1F92:1F2A+0399 1F93:1F2B+0399 1F94:1F2C+0399 1F95:1F2D+0399 1F96:1F2E+0399 1F97:1F2F+0399
        1F98:1F28+0399 1F99:1F29+0399 1F9A:1F2A+0399 1F9B:1F2B+0399 1F9C:1F2C+0399 1F9D:1F2D+0399 1F9E:1F2E+0399
        1F9F:1F2F+0399 1FA0:1F68+0399 1FA1:1F69+0399 1FA2:1F6A+0399 1FA3:1F6B+0399 1FA4:1F6C+0399 1FA5:1F6D+0399
        1FA6:1F6E+0399 1FA7:1F6F+0399 1FA8:1F68+0399 1FA9:1F69+0399 1FAA:1F6A+0399 1FAB:1F6B+0399 1FAC:1F6C+0399
        1FAD:1F6D+0399 1FAE:1F6E+0399 1FAF:1F6F+0399 1FB2:1FBA+0399 1FB3:0391+0399 1FB4:0386+0399 1FB6:0391+0342
        1FB7:0391+0342+0399 1FBC:0391+0399 1FC2:1FCA+0399 1FC3:0397+0399 1FC4:0389+0399 1FC6:0397+0342
        1FC7:0397+0342+0399 1FCC:0397+0399 1FD2:0399+0308+0300 1FD3:0399+0308+0301 1FD6:0399+0342
        1FD7:0399+0308+0342 1FE2:03A5+0308+0300 1FE3:03A5+0308+0301 1FE4:03A1+0313 1FE6:03A5+0342
        1FE7:03A5+0308+0342 1FF2:1FFA+0399 1FF3:03A9+0399 1FF4:038F+0399 1FF6:03A9+0342 1FF7:03A9+0342+0399
        1FFC:03A9+0399 FB00:0046+0046 FB01:0046+0049 FB02:0046+004C FB03:0046+0046+0049 FB04:0046+0046+004C
        FB05:0053+0054 FB06:0053+0054 FB13:0544+0546 FB14:0544+0535 FB15:0544+053B FB16:054E+0546 FB17:0544+053D
        """;

    // Title case where it is not upper case; Georgian (U+10D0..U+10FF) stays as it is.
    private const string TitleTable = """
        00DF:0053+0073 01C4:01C5 01C5:01C5 01C6:01C5 01C7:01C8 01C8:01C8 01C9:01C8 01CA:01CB 01CB:01CB 01CC:01CB
        01F1:01F2 01F2:01F2 01F3:01F2 0587:0535+0582 1F80:1F88 1F81:1F89 1F82:1F8A 1F83:1F8B 1F84:1F8C 1F85:1F8D
        1F86:1F8E 1F87:1F8F 1F88:1F88 1F89:1F89 1F8A:1F8A 1F8B:1F8B 1F8C:1F8C 1F8D:1F8D 1F8E:1F8E 1F8F:1F8F
        1F90:1F98 1F91:1F99 1F92:1F9A 1F93:1F9B 1F94:1F9C 1F95:1F9D 1F96:1F9E 1F97:1F9F 1F98:1F98 1F99:1F99
        1F9A:1F9A 1F9B:1F9B 1F9C:1F9C 1F9D:1F9D 1F9E:1F9E 1F9F:1F9F 1FA0:1FA8 1FA1:1FA9 1FA2:1FAA 1FA3:1FAB
        1FA4:1FAC 1FA5:1FAD 1FA6:1FAE 1FA7:1FAF 1FA8:1FA8 1FA9:1FA9 1FAA:1FAA 1FAB:1FAB 1FAC:1FAC 1FAD:1FAD
        1FAE:1FAE 1FAF:1FAF 1FB2:1FBA+0345 1FB3:1FBC 1FB4:0386+0345 1FB7:0391+0342+0345 1FBC:1FBC 1FC2:1FCA+0345
        1FC3:1FCC 1FC4:0389+0345 1FC7:0397+0342+0345 1FCC:1FCC 1FF2:1FFA+0345 1FF3:1FFC 1FF4:038F+0345
        1FF7:03A9+0342+0345 1FFC:1FFC FB00:0046+0066 FB01:0046+0069 FB02:0046+006C FB03:0046+0066+0069
        FB04:0046+0066+006C FB05:0053+0074 FB06:0053+0074 FB13:0544+0576 FB14:0544+0565 FB15:0544+056B
        FB16:054E+0576 FB17:0544+056D
        """;

    private static readonly FrozenDictionary<int, string> s_upperSpecial = Parse(UpperTable);
    private static readonly FrozenDictionary<int, string> s_titleSpecial = Parse(TitleTable);

    public static TaintedString Upper(RenderState state, TaintedString text) => Map(state, text, (_, rune) => Upper(rune));

    public static TaintedString Lower(RenderState state, TaintedString text) =>
        Map(state, text, (at, rune) => LowerAt(text.Value, at, rune));

    /// <summary>First character in title case, the rest in lower case.</summary>
    public static TaintedString Capitalize(RenderState state, TaintedString text) =>
        Map(state, text, (at, rune) => at == 0 ? Title(rune) : LowerAt(text.Value, at, rune));

    /// <summary>str.title: each run of cased characters starts in title case.</summary>
    public static TaintedString TitleWords(RenderState state, TaintedString text)
    {
        bool inWord = false;
        return Map(state, text, (at, rune) =>
        {
            string mapped = inWord ? LowerAt(text.Value, at, rune) : Title(rune);
            inWord = IsCased(rune);
            return mapped;
        });
    }

    private static bool IsCased(Rune rune) =>
        Rune.IsUpper(rune) || Rune.IsLower(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter
        || Rune.ToUpperInvariant(rune) != rune || Rune.ToLowerInvariant(rune) != rune;

    private static string Upper(Rune rune) =>
        s_upperSpecial.TryGetValue(rune.Value, out string? special) ? special : Rune.ToUpperInvariant(rune).ToString();

    private static string Lower(Rune rune) => rune.Value == 0x130 ? "i\u0307" : Rune.ToLowerInvariant(rune).ToString();

    private static string LowerAt(string s, int at, Rune rune) => rune.Value == 0x3A3 && IsFinalSigma(s, at) ? "\u03c2" : Lower(rune);

    private static string Title(Rune rune) =>
        rune.Value is >= 0x10D0 and <= 0x10FF ? rune.ToString()
        : s_titleSpecial.TryGetValue(rune.Value, out string? special) ? special
        : Upper(rune);

    // A capital sigma after a cased letter and not before one, letters' marks and apostrophes between them ignored.
    private static bool IsFinalSigma(string s, int at)
    {
        int before = at - 1;
        while (before >= 0 && IsCaseIgnorable(s[before]))
            before--;
        int after = at + 1;
        while (after < s.Length && IsCaseIgnorable(s[after]))
            after++;
        return before >= 0 && char.IsLetter(s[before]) && !(after < s.Length && char.IsLetter(s[after]));
    }

    private static bool IsCaseIgnorable(char c) =>
        c is '\'' or '.' or ':' or '\u00b7' or '\u2019' || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static TaintedString Map(RenderState state, TaintedString text, Func<int, Rune, string> map)
    {
        state.ChargeText(text.Length);
        TaintedStringBuilder builder = new();
        for (int i = 0; i < text.Length;)
        {
            int width = PyText.WidthAt(text.Value, i);
            string mapped = Rune.TryGetRuneAt(text.Value, i, out Rune rune) ? map(i, rune) : text.Value.Substring(i, width);
            builder.Append(mapped, text.IsInput(i));
            i += width;
        }
        return builder.Build();
    }

    private static FrozenDictionary<int, string> Parse(string table) =>
        table.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Select(entry =>
                entry.Split(':', '+').Select(hex => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray())
            .ToFrozenDictionary(codes => codes[0], codes => string.Concat(codes.Skip(1).Select(char.ConvertFromUtf32)));
}
