using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>
/// Makes the blocks of a draft with empty sentences: how many paragraphs, items, lines and sentences, with which headings and marks.
/// </summary>
/// <param name="draft">What constraints have applied themselves to.</param>
/// <param name="needed">The fewest sentences that can hold what is asked.</param>
internal sealed class Layout(Draft draft, int needed)
{
    private const int MostSentences = 40, MostLines = 20, UsualParagraphs = 9;
    private const int NoLimit = 1000;

    private readonly SeededRandom _random = draft.Random;
    private readonly (int Least, int Short, int Long, int Most) _lengths = Lengths.OfSentences(draft);

    /// <returns>False: the counts do not go together.</returns>
    public bool Make()
    {
        bool made = draft.Form switch
        {
            Form.List => AddList(),
            Form.Lines => AddLines(),
            Form.Data => AddValues(),
            _ => AddParagraphs(),
        };
        if (!made)
            return false;
        draft.Blocks.AddRange(draft.After.Select(make => make()));
        return draft.Blocks.TrueForAll(b => b.Fixed.Length == 0 || !draft.Refuses(b.Fixed));
    }

    private bool AddParagraphs()
    {
        int paragraphs = CountParagraphs();
        if (CountSentences(paragraphs) is not { } sentences)
            return false;
        int[] share = new int[paragraphs];
        CountRange[] ranges = new CountRange[paragraphs];
        bool[] inLines = new bool[paragraphs];
        for (int n = 0; n < paragraphs; n++)
        {
            if (LimitOf(Unit.Sentences, n, paragraphs) is not { } range || range.Max == 0
                || LimitOf(Unit.Lines, n, paragraphs) is not { } lines)
                return false;
            if (!lines.IsEmpty)
            {
                if (range.Intersect(lines) is not { } both || both.Max == 0)
                    return false;
                range = CountRange.Exactly(both.SampleCount(_random, 1, 3));
                inLines[n] = true;
            }

            if (LengthOf(n, paragraphs) is not { } length)
                return false;
            int least = (int)Math.Max(Math.Max(range.Min ?? 1, 1), ((length.Min ?? 0) + _lengths.Most - 1) / _lengths.Most);
            long most = Math.Min(range.Max ?? MostSentences, Math.Max(1, (length.Max ?? 10_000) / _lengths.Short));
            if (least > (range.Max ?? MostSentences))
                return false;
            ranges[n] = new(least, Math.Max(least, most));
            share[n] = least;
        }

        CountRange whole = draft.LimitOf(Unit.Sentences, Scope.Whole);
        int left = sentences - share.Sum();
        if (left < 0 && share.Sum() > (whole.Max ?? int.MaxValue))
            return false;
        for (int tries = 0; left > 0 && tries < 200; tries++)
        {
            int n = _random.Below(paragraphs);
            if (share[n] < ranges[n].Max)
            {
                share[n]++;
                left--;
            }
        }

        if (left > 0 && share.Sum() < Math.Max(whole.Min ?? 0, needed))
            return false;
        if (draft.IsBilingual)
            BalanceLanguages(share);
        if (Headings(paragraphs) is not { } headings)
            return false;
        for (int n = 0; n < paragraphs; n++)
        {
            if (n < headings.Count)
                draft.Blocks.Add(new Block(BlockKind.Fixed) { Fixed = headings[n] });
            Block paragraph = new(BlockKind.Paragraph) { Length = LengthOf(n, paragraphs)!.Value, IsLines = inLines[n] };
            for (int s = 0; s < share[n]; s++)
                paragraph.Sentences.Add(new Sentence(LanguageOf(n, paragraphs)));
            draft.Blocks.Add(paragraph);
        }

        return true;
    }

    private Language LanguageOf(int paragraph, int paragraphs)
    {
        bool other = draft.IsBilingual && paragraph >= (paragraphs + 1) / 2;
        return !other ? draft.Language : draft.Language == Language.Chinese ? Language.English : Language.Chinese;
    }

    /// <summary>A Chinese sentence has more characters than an English one has words.</summary>
    private void BalanceLanguages(int[] share)
    {
        for (int n = 0; n < share.Length; n++)
            share[n] = LanguageOf(n, share.Length) == Language.English ? Math.Max(Math.Max(share[n], 3), needed) : 1;
    }

    /// <summary>The lines of headings, one before each of the first paragraphs; null: there are too many.</summary>
    private List<string>? Headings(int paragraphs)
    {
        List<string> lines = [];
        HashSet<string> used = [];
        foreach ((int level, string? asked) in draft.Headings ?? [])
        {
            string text = asked ?? draft.Source.Fill("heading", draft.Language);
            while (asked is null && !used.Add(text))
                text = draft.Source.Fill("heading", draft.Language);
            lines.Add(new string('#', level) + " " + text);
        }

        return lines.Count <= paragraphs ? lines : null;
    }

    private int CountParagraphs()
    {
        CountRange asked = draft.LimitOf(Unit.Paragraphs, Scope.Whole).Intersect(draft.LimitOf(Unit.Lines, Scope.Whole))
            ?? CountRange.None; // a paragraph is one line
        int least = Math.Max(draft.IsBilingual || draft.IsAbout(Scope.EachParagraph) ? 2 : 1, draft.Headings?.Count ?? 0);
        int usual = draft.IsBrief ? 1 : _random.Below(10) switch { < 5 => 1, < 8 => 2, _ => 3 };
        int whole = (int)Math.Min(draft.LimitOf(draft.LengthUnit, Scope.Whole).Max ?? NoLimit, NoLimit) / _lengths.Long;
        int most = Math.Max(least,
            Math.Min(Math.Max(1, whole),
            (int)Math.Min(draft.LimitOf(Unit.Sentences, Scope.Whole).Max ?? UsualParagraphs, UsualParagraphs)));
        return asked.SampleCount(_random, Math.Min(Math.Max(least, Math.Min(usual, most)), most),
            Math.Max(least, Math.Min(draft.IsBrief ? usual : usual + 1, most)));
    }

    private int? CountSentences(int paragraphs)
    {
        if (paragraphs < 1)
            return null;
        CountRange asked = draft.LimitOf(Unit.Sentences, Scope.Whole), length = draft.LimitOf(draft.LengthUnit, Scope.Whole);
        int fewest = Math.Max(needed, paragraphs);
        int least = Math.Max(fewest, !asked.IsEmpty || draft.IsBrief ? 1 : 2), most = Math.Max(least, paragraphs + (draft.IsBrief ? 1 : 3));
        if (!length.IsEmpty)
        {
            least = Math.Max(fewest, (int)(length.Min ?? 0) / _lengths.Long);
            int room = length.Max is { } max ? (int)max / _lengths.Short : MostSentences;
            if (needed > Math.Max(1, room))
                return null;
            most = Math.Max(least, Math.Min(room, least + 2));
        }

        int sentences = asked.SampleCount(_random, least, most);
        return sentences >= fewest && sentences <= MostSentences ? sentences : null;
    }

    private CountRange? LengthOf(int paragraph, int paragraphs) =>
        LimitOf(draft.LengthUnit, paragraph, paragraphs) is { } asked ? asked.Intersect(draft.LimitOf(draft.LengthUnit, Scope.EachLine))
            : null;

    /// <summary>What is asked of a paragraph, as each, first and last one; null: nothing can be all of it.</summary>
    private CountRange? LimitOf(Unit unit, int paragraph, int paragraphs)
    {
        CountRange? range = draft.LimitOf(unit, Scope.EachParagraph);
        if (paragraph == 0)
            range = range.Value.Intersect(draft.LimitOf(unit, Scope.FirstParagraph));
        if (paragraph == paragraphs - 1)
            range = range?.Intersect(draft.LimitOf(unit, Scope.LastParagraph));
        return range;
    }

    private bool AddList()
    {
        ListStyle list = draft.List!;
        CountRange sentences = draft.LimitOf(Unit.Sentences, Scope.Whole), lines = draft.LimitOf(Unit.Lines, Scope.Whole);
        CountRange length = draft.LimitOf(draft.LengthUnit, Scope.Whole);
        if (draft.LimitOf(Unit.Items, Scope.Whole).Intersect(sentences)?.Intersect(lines) is not { } range)
            return false;
        int least = Math.Max(Math.Max(2, list.Depth), Math.Min(needed, 10));
        if (length.Min is { } min)
            least = Math.Max(least, (int)min / _lengths.Most + 1);
        if (length.Max is { } max && range.Intersect(CountRange.AtMost(Math.Max(1, max / _lengths.Short))) is { } shorter)
            range = shorter;
        int items = range.SampleCount(_random, least, least + (draft.IsBrief ? 1 : 3));
        if (items > MostSentences || items < Math.Max(1, list.Depth))
            return false;
        CountRange paragraphs = draft.LimitOf(Unit.Paragraphs, Scope.Whole); // the list is one
        bool mayIntroduce = sentences.IsEmpty && lines.IsEmpty && paragraphs.Contains(2);
        bool mustIntroduce = draft.Openings.ContainsKey(Scope.Whole) || items < needed || !paragraphs.Contains(1);
        if (mustIntroduce && !mayIntroduce)
            return false;
        if (mustIntroduce || mayIntroduce && !draft.IsBrief && draft.Openings.Count == 0 && _random.Chance(0.4))
            draft.Blocks.Add(Block.Of(BlockKind.Paragraph, draft.NewSentence()));
        Func<int, int, string> mark = MarksOf(list);
        int top = 0, round = Math.Min(list.Depth + 1, items);
        for (int n = 0; n < items; n++)
        {
            int depth = list.Depth == 1 ? 0 : Math.Min(n % round, list.Depth - 1); // down to the deepest level, then all start again
            Block item = new(BlockKind.Item) { Fixed = mark(depth, depth == 0 ? ++top : 0),
                Length = draft.LimitOf(draft.LengthUnit, Scope.EachItem) };
            item.Sentences.Add(draft.NewSentence());
            draft.Blocks.Add(item);
        }

        return true;
    }

    /// <summary>The mark of an item at a depth, with its blank and indentation.</summary>
    private Func<int, int, string> MarksOf(ListStyle list)
    {
        bool numbered = list.IsNumbered || !list.IsBulleted && !draft.Refuses("1. ") && !draft.HasSpecial("number") && _random.Chance(0.4);
        string bullet = list.Bullet ?? ((_random.Chance(0.8) || draft.Refuses("* ")) && !draft.Refuses("- ") ? "-" : "*");
        Func<int, string> number = list.Number ?? (n => n.ToString(CultureInfo.InvariantCulture) + ". ");
        return (depth, n) => depth > 0 ? new string(' ', depth * (numbered ? 3 : 2)) + (numbered ? "-" : bullet) + " " : numbered
            ? number(n) : bullet + " ";
    }

    private bool AddLines()
    {
        (int? count, Func<int, Block> make) = draft.Lines!.Value;
        int lines = draft.LimitOf(Unit.Lines, Scope.Whole).SampleCount(_random, Math.Max(3, Math.Min(needed, 5)), 5);
        if (lines is < 1 or > MostLines || count is not null && count != lines)
            return false;
        draft.Blocks.AddRange(Enumerable.Range(0, lines).Select(make));
        return draft.Sentences.Count >= needed;
    }

    private bool AddValues()
    {
        while (draft.Blocks.Count(b => b.Sentences[0].IsFree) < needed)
        {
            if (draft.Blocks.Count > MostSentences || draft.Data!.Value.More() is not { } value)
                return false;
            draft.Blocks.Add(Block.Of(BlockKind.Line, value));
        }

        return true;
    }
}
