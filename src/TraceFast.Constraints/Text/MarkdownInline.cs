using System.Buffers;

namespace TraceFast.Constraints.Text;

/// <summary>
/// Emphasis, code spans, links and brackets in the text of one block. Emphasis is matched by CommonMark's delimiter stack (specification
/// 0.31, "An algorithm for parsing nested emphasis and links") with one liberty: ** next to punctuation opens and closes whatever is on
/// its other side, as writers of Chinese expect. Linear: each delimiter is looked back to at most once for each bottom, and the last place
/// of each length of backticks is found once.
/// </summary>
internal sealed class MarkdownInline(string text, MarkdownStructure structure)
{
    private const int MostBackticks = 80; // longer runs are text, as in cmark

    private static readonly SearchValues<char> s_marks = SearchValues.Create("*_`\\[]［］:.");
    private static readonly SearchValues<char> s_addressEnd = SearchValues.Create(" \t\r\n\"<>`|\\^{}()[]");

    private readonly List<Delimiter> _delimiters = [];
    private readonly List<int> _brackets = [];
    private readonly int[] _lastBackticks = new int[MostBackticks + 1];
    private bool _backticksKnown;
    private int _lastClosed;

    public string Text => text;

    /// <summary>Reads one block's text.</summary>
    public void Read(int start, int end)
    {
        _delimiters.Clear();
        _brackets.Clear();
        _backticksKnown = false;
        _lastClosed = -1;
        int i = start;
        while (i < end)
        {
            int next = text.AsSpan(i, end - i).IndexOfAny(s_marks);
            if (next < 0)
                break;
            i += next;
            i = text[i] switch
            {
                '\\' => i + 2,
                '`' => ReadBackticks(i, end),
                '[' or '［' => OpenBracket(i),
                ']' or '］' => CloseBracket(i, start, end),
                ':' => ReadAddress(i, start, end, "://"),
                '.' => ReadAddress(i, start, end, "."),
                _ => ReadDelimiter(i, start, end),
            };
        }

        MatchDelimiters();
    }

    private int ReadBackticks(int i, int end)
    {
        int run = RunLength(i, end);
        int after = i + run;
        if (run > MostBackticks)
            return after;
        if (!_backticksKnown)
        {
            Array.Fill(_lastBackticks, -1);
            for (int at = i; at < end;)
            {
                int found = text.AsSpan(at, end - at).IndexOf('`');
                if (found < 0)
                    break;
                at += found;
                int length = RunLength(at, end);
                if (length <= MostBackticks)
                    _lastBackticks[length] = at;
                at += length;
            }

            _backticksKnown = true;
        }

        if (_lastBackticks[run] <= i)
            return after;
        for (int at = after; ; )
        {
            at += text.AsSpan(at, end - at).IndexOf('`');
            int length = RunLength(at, end);
            if (length == run)
            {
                structure.CodeSpanList.Add(new TextSpan(after, at - after));
                return at + length;
            }

            at += length;
        }
    }

    private int RunLength(int i, int end)
    {
        int length = text.AsSpan(i, end - i).IndexOfAnyExcept(text[i]);
        return length < 0 ? end - i : length;
    }

    private int OpenBracket(int i)
    {
        _brackets.Add(i);
        return i + 1;
    }

    private int CloseBracket(int i, int start, int end)
    {
        if (_brackets.Count == 0)
            return i + 1;
        int open = _brackets[^1];
        _brackets.RemoveAt(_brackets.Count - 1);
        bool innermost = open > _lastClosed;
        _lastClosed = i;
        TextSpan inner = new(open + 1, i - open - 1);
        if (i + 1 < end && text[i + 1] == '(' && text[i] == ']' && ReadDestination(i + 2, end, out TextSpan address) is var after and > 0)
        {
            List<Link> links = structure.LinkList;
            while (links.Count > 0 && links[^1].Span.Start > open && !links[^1].IsImage)
                links.RemoveAt(links.Count - 1); // a bare address as a link's text is one link
            bool image = open > start && text[open - 1] == '!';
            int first = image ? open - 1 : open;
            links.Add(new Link(new TextSpan(first, after - first), inner, address, image));
            return after;
        }

        if (innermost)
            structure.BracketList.Add(inner);
        return i + 1;
    }

    /// <summary>
    /// An address without blanks, with at most one level of parentheses in it, and perhaps a title in quotes, up to the closing
    /// parenthesis.
    /// </summary>
    /// <returns>After the parenthesis; 0: there is none.</returns>
    private int ReadDestination(int i, int end, out TextSpan address)
    {
        int first = i, depth = 0;
        for (; i < end && !char.IsWhiteSpace(text[i]); i++)
        {
            if (text[i] == '(' && ++depth > 1)
                break;
            if (text[i] == ')' && --depth < 0)
                break;
        }

        address = new TextSpan(first, i - first);
        if (i < end && char.IsWhiteSpace(text[i]) && depth == 0)
            i = SkipTitle(i, end);
        return i > 0 && i < end && text[i] == ')' && depth <= 0 && address.Length > 0 ? i + 1 : 0;
    }

    private int SkipTitle(int i, int end)
    {
        while (i < end && text[i] == ' ')
            i++;
        if (i == end || text[i] is not ('"' or '\''))
            return 0;
        int length = text.AsSpan(i + 1, end - i - 1).IndexOfAny("\"'()\n");
        return length < 0 || text[i + 1 + length] != text[i] ? 0 : i + length + 2;
    }

    /// <summary>
    /// A bare address whose :// or www. is here; it ends before blanks, brackets and anything outside ASCII, closing punctuation is not
    /// of it.
    /// </summary>
    private int ReadAddress(int i, int start, int end, string mark)
    {
        int from;
        if (mark == ".")
            from = i - 3 >= start && text.AsSpan(i - 3, 3).Equals("www", StringComparison.OrdinalIgnoreCase) ? i - 3 : -1;
        else if (i + 3 > end || !text.AsSpan(i, 3).SequenceEqual(mark))
            return i + 1;
        else if (i - 5 >= start && text.AsSpan(i - 5, 5).Equals("https", StringComparison.OrdinalIgnoreCase))
            from = i - 5;
        else
            from = i - 4 >= start && text.AsSpan(i - 4, 4).Equals("http", StringComparison.OrdinalIgnoreCase) ? i - 4 : -1;
        if (from < 0 || from > start && char.IsAsciiLetterOrDigit(text[from - 1]))
            return i + 1;
        int to = i + mark.Length;
        while (to < end && text[to] < 128 && !s_addressEnd.Contains(text[to]) && !(text[to] == '*' && to + 1 < end && text[to + 1] == '*'))
            to++;
        while (to > i + mark.Length && text[to - 1] is '.' or ',' or ';' or ':' or '!' or '?' or '\'' or '*' or '_')
            to--;
        if (to == i + mark.Length)
            return i + 1;
        TextSpan place = new(from, to - from);
        structure.LinkList.Add(new Link(place, place, place, IsImage: false));
        return to;
    }

    private int ReadDelimiter(int i, int start, int end)
    {
        int count = RunLength(i, end);
        char mark = text[i], before = i > start ? text[i - 1] : '\n', after = i + count < end ? text[i + count] : '\n';
        bool opens = !char.IsWhiteSpace(after), closes = !char.IsWhiteSpace(before);
        if (mark == '_' && opens && closes) // snake_case is no emphasis
        {
            opens = !IsWordPart(before);
            closes = !IsWordPart(after);
        }

        if (opens || closes)
            _delimiters.Add(new Delimiter(mark, i, count, opens, closes));
        return i + count;
    }

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c);

    private void MatchDelimiters()
    {
        // By mark, whether the closer can open too, and its length modulo 3: below it no opener is left.
        Span<int> bottoms = stackalloc int[12];
        bottoms.Fill(-1);
        Span<Delimiter> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_delimiters);
        for (int i = 0; i < all.Length; i++)
        {
            all[i].Previous = i - 1;
            if (all[i].Closes)
                Close(all, i, bottoms);
            if (all[i].Count == 0 || !all[i].Opens)
                all[i].Skip = true;
        }
    }

    /// <summary>Pairs a closer with openers before it until it is used up or none is left.</summary>
    private void Close(Span<Delimiter> all, int closer, Span<int> bottoms)
    {
        ref Delimiter close = ref all[closer];
        ref int bottom = ref bottoms[(close.Mark == '*' ? 0 : 6) + (close.Opens ? 3 : 0) + close.Length % 3];
        while (close.Count > 0)
        {
            int opener = close.Previous;
            while (opener > bottom && (all[opener].Skip || !all[opener].Matches(close)))
                opener = all[opener].Previous;
            if (opener <= bottom)
            {
                bottom = close.Previous;
                return;
            }

            ref Delimiter open = ref all[opener];
            int used = Math.Min(open.Count, close.Count);
            open.Count -= used;
            close.Count -= used;
            close.Front += used;
            int start = open.Position + open.Front + open.Count, end = close.Position + close.Front;
            TextSpan inner = new(start + used, end - start - 2 * used);
            if (inner.Length > 0)
            {
                if (used >= 2)
                    structure.BoldList.Add(inner);
                if (used % 2 == 1)
                    structure.ItalicList.Add(inner);
            }

            close.Previous = open.Count > 0 ? opener : open.Previous; // what is between is within the span
        }
    }

    private struct Delimiter(char mark, int position, int count, bool opens, bool closes)
    {
        public readonly char Mark = mark;
        public readonly int Position = position;
        public readonly int Length = count;
        public readonly bool Opens = opens;
        public readonly bool Closes = closes;
        public int Count = count; // marks left
        public int Front; // marks used as a closer; an opener is used from its end
        public int Previous;
        public bool Skip;

        /// <summary>
        /// CommonMark's rules 9 and 10: where either mark could both open and close, their lengths must not add up to a multiple of three,
        /// unless both are one.
        /// </summary>
        public readonly bool Matches(Delimiter closer) =>
            Mark == closer.Mark && Count > 0 && (!(closer.Opens || Closes) || (Length + closer.Length) % 3 != 0 || Length % 3 == 0
                && closer.Length % 3 == 0);
    }
}
