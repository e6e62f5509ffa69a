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

    public static IEnumerable<object?> Characters(RenderState state, MarkedText text)
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
    public static int Offset(MarkedText text, int codePoint)
    {
        if (text.CodePoints == text.Length)
            return codePoint;
        int i = 0;
        for (int n = 0; n < codePoint; n++)
            i += WidthAt(text.Value, i);
        return i;
    }

    /// <summary>Code point index of a UTF-16 index.</summary>
    public static long CodePointAt(MarkedText text, int offset) => text.Slice(0, offset).CodePoints;

    public static MarkedText Concat(RenderState state, params ReadOnlySpan<MarkedText> parts)
    {
        long total = 0;
        foreach (MarkedText part in parts)
            total += part.Length;
        state.ChargeText(total);
        var builder = new MarkedTextBuilder();
        foreach (MarkedText part in parts)
            builder.Append(part);
        return builder.Build();
    }

    public static MarkedText Repeat(RenderState state, MarkedText text, long count)
    {
        if (count <= 0 || text.Length == 0)
            return MarkedText.Empty;
        state.ChargeText((long)Int128.Min((Int128)text.Length * count, long.MaxValue / 4));
        var builder = new MarkedTextBuilder();
        for (long i = 0; i < count; i++)
            builder.Append(text);
        return builder.Build();
    }

    public static MarkedText Join(RenderState state, MarkedText separator, IReadOnlyList<MarkedText> parts)
    {
        long total = parts.Sum(p => (long)p.Length) + (long)separator.Length * Math.Max(parts.Count - 1, 0);
        state.ChargeText(total);
        var builder = new MarkedTextBuilder();
        for (int i = 0; i < parts.Count; i++)
        {
            if (i > 0)
                builder.Append(separator);
            builder.Append(parts[i]);
        }
        return builder.Build();
    }

    /// <summary>markupsafe.escape: &amp; &gt; &lt; ' " as HTML's entities, once.</summary>
    public static MarkedText Escape(RenderState state, MarkedText text)
    {
        if (text.IsSafe)
            return text;
        foreach ((string old, string entity) in new[] { ("&", "&amp;"), (">", "&gt;"), ("<", "&lt;"), ("'", "&#39;"), ("\"", "&#34;") })
            text = Replace(state, text, MarkedText.FromTemplate(old), MarkedText.FromTemplate(entity), -1);
        return text.AsSafe();
    }

    /// <summary>lstrip, rstrip, strip; <paramref name="characters"/> null strips white space.</summary>
    public static MarkedText Strip(RenderState state, MarkedText text, MarkedText? characters, bool left, bool right)
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
        while (right && end > start && Rune.DecodeLastFromUtf16(s.AsSpan(start, end - start), out Rune r, out int w) == 0 && set.Contains(r))
            end -= w;
        return text.Slice(start, end - start);
    }

    /// <summary>str.splitlines.</summary>
    public static List<MarkedText> SplitLines(RenderState state, MarkedText text, bool keepEnds = false)
    {
        state.ChargeText(text.Length);
        var lines = new List<MarkedText>();
        string s = text.Value;
        int start = 0;
        for (int i = 0; i < s.Length; i++)
        {
            if (s[i] is not ('\n' or '\r' or '\v' or '\f' or (>= '\x1c' and <= '\x1e') or '\x85' or '\u2028' or '\u2029'))
                continue;
            int next = s[i] == '\r' && i + 1 < s.Length && s[i + 1] == '\n' ? i + 2 : i + 1;
            state.ChargeItems(1);
            lines.Add(text.Slice(start, (keepEnds ? next : i) - start));
            start = next;
            i = next - 1;
        }
        if (start < s.Length)
            lines.Add(text.Slice(start, s.Length - start));
        return lines;
    }

    /// <summary>str.replace(old, new, count); count -1 replaces all.</summary>
    public static MarkedText Replace(RenderState state, MarkedText text, MarkedText old, MarkedText replacement, long count)
    {
        state.ChargeScan(text.Length);
        var builder = new MarkedTextBuilder();
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
