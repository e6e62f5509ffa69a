using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>From a plan to blocks with empty sentences: how many paragraphs, items and sentences, with which marks and beginnings.</summary>
internal sealed class DraftLayout(Plan plan, Composer composer, Cells cells, SeededRandom random)
{
    private const int MostSentences = 40;

    /// <returns>Null: the counts do not go together.</returns>
    public Draft? Make(int features)
    {
        Draft draft = new();
        bool made = plan.Shape switch
        {
            Shape.List => AddList(draft, features),
            Shape.Pairs or Shape.Template or Shape.Example => LineBlocks.Add(draft, plan, cells, random),
            _ => AddParagraphs(draft, features),
        };
        if (!made)
            return null;
        if (plan.HasTable)
            draft.Blocks.Add(new Block(BlockKind.Raw) { Fixed = TableText.Write(plan, cells, random) });
        if (plan.HasCode)
            draft.Blocks.Add(new Block(BlockKind.Raw) { Fixed = CodeText.Write(plan, cells, random) });
        SetEnds(draft);
        return draft;
    }

    public Slot NewSlot() => new() { Language = plan.TextLanguage };

    private bool AddParagraphs(Draft draft, int features)
    {
        int paragraphs = CountParagraphs();
        CountRange each = plan.Sentences.GetValueOrDefault(Scope.EachParagraph);
        if (CountSentences(features, paragraphs) is not { } sentences)
            return false;
        int[] share = new int[paragraphs];
        CountRange[] ranges = new CountRange[paragraphs];
        bool[] inLines = new bool[paragraphs];
        for (int n = 0; n < paragraphs; n++)
        {
            CountRange? own = each;
            if (n == 0)
                own = Plan.Common(own.Value, plan.Sentences.GetValueOrDefault(Scope.FirstParagraph));
            if (n == paragraphs - 1 && own is { } before)
                own = Plan.Common(before, plan.Sentences.GetValueOrDefault(Scope.LastParagraph));
            if (own is not { } range || range.Max == 0)
                return false;
            if (LinesOf(n, paragraphs) is { } lines)
            {
                if (Plan.Common(range, lines) is not { } both || both.Max == 0)
                    return false;
                int count = both.Draw(random, 1, 3);
                range = new(count, count);
                inLines[n] = true;
            }

            CountRange length = LengthOf(n, paragraphs);
            int least = (int)Math.Max(Math.Max(range.Min ?? 1, 1), Math.Max(((length.Min ?? 0) + plan.SentenceLength.Most - 1) / plan.SentenceLength.Most, MarksOf(n, paragraphs)));
            long most = Math.Min(range.Max ?? MostSentences, Math.Max(1, (length.Max ?? 10_000) / plan.SentenceLength.Short));
            if (least > (range.Max ?? MostSentences))
                return false;
            ranges[n] = new(least, Math.Max(least, most));
            share[n] = least;
        }

        int left = sentences - share.Sum();
        CountRange whole = plan.Sentences.GetValueOrDefault(Scope.Whole);
        if (left < 0 && share.Sum() > (whole.Max ?? int.MaxValue))
            return false;
        for (int tries = 0; left > 0 && tries < 200; tries++)
        {
            int n = random.Below(paragraphs);
            if (share[n] < (ranges[n].Max ?? int.MaxValue))
            {
                share[n]++;
                left--;
            }
        }

        if (left > 0 && share.Sum() < Math.Max(whole.Min ?? 0, features))
            return false;
        if (plan.IsBilingual && plan.Sentences.Count == 0)
            BalanceLanguages(share, features);
        Headings headings = new(plan, composer, random, paragraphs);
        if (!headings.IsPossible)
            return false;
        for (int n = 0; n < paragraphs; n++)
        {
            if (headings.Before(n) is { } heading)
                draft.Blocks.Add(new Block(BlockKind.Raw) { Fixed = heading });
            Block paragraph = new(BlockKind.Paragraph) { Length = LengthOf(n, paragraphs), IsLines = inLines[n] };
            for (int s = 0; s < share[n]; s++)
            {
                Slot slot = NewSlot();
                slot.Language = LanguageOf(n, paragraphs);
                paragraph.Slots.Add(slot);
            }

            draft.Blocks.Add(paragraph);
        }

        return true;
    }

    private Language LanguageOf(int paragraph, int paragraphs)
    {
        bool other = plan.IsBilingual && paragraph >= (paragraphs + 1) / 2;
        return !other ? plan.TextLanguage : plan.Language == Language.Chinese ? Language.English : Language.Chinese;
    }

    /// <summary>A Chinese sentence has more characters than an English one has words.</summary>
    private void BalanceLanguages(int[] share, int features)
    {
        for (int n = 0; n < share.Length; n++)
            share[n] = LanguageOf(n, share.Length) == Language.English ? Math.Max(Math.Max(share[n], 3), features) : 1;
    }

    /// <summary>How many sentences of a paragraph must end with an exclamation mark.</summary>
    private int MarksOf(int paragraph, int paragraphs)
    {
        (Scope part, CountRange range) = plan.Exclamations;
        bool asked = part == Scope.EachParagraph || part == Scope.FirstParagraph && paragraph == 0 || part == Scope.LastParagraph && paragraph == paragraphs - 1;
        return asked ? (int)(range.Min ?? 0) : 0;
    }

    private bool AddList(Draft draft, int features)
    {
        CountRange? common = Plan.Common(plan.Items, plan.ListedItems);
        CountRange sentences = plan.Sentences.GetValueOrDefault(Scope.Whole);
        CountRange lines = plan.Lines.GetValueOrDefault(Scope.Whole);
        if (common is not { } range)
            return false;
        bool counted = sentences.IsAsked() || lines.IsAsked() || plan.SentenceEnd is not null;
        bool intro = !counted && !plan.IsBrief && plan.Starts.Count == 0 && random.Chance(0.4);
        if (Plan.Common(range, sentences) is not { } both || Plan.Common(both, lines) is not { } all)
            return false;
        int least = Math.Max(Math.Max(2, plan.ListDepth), Math.Min(features, 10));
        if (plan.Lengths.TryGetValue(Scope.Whole, out CountRange length))
        {
            if (length.Min is { } min)
                least = Math.Max(least, (int)min / plan.SentenceLength.Most + 1);
            if (length.Max is { } max)
                all = Plan.Common(all, new(null, Math.Max(1, max / plan.SentenceLength.Short))) ?? new(-1, -1);
        }

        if (all.Max < Math.Max(1, plan.ListDepth))
            return false;
        int items = all.Draw(random, least, least + (plan.IsBrief ? 1 : 3));
        if (items > MostSentences || items < 1)
            return false;
        if (intro)
        {
            Block paragraph = new(BlockKind.Paragraph);
            paragraph.Slots.Add(NewSlot());
            draft.Blocks.Add(paragraph);
        }

        ListMarks marks = new(plan, random);
        for (int n = 0; n < items; n++)
        {
            Block item = new(BlockKind.Item) { Fixed = marks.Next(items), Length = plan.Lengths.GetValueOrDefault(Scope.EachItem) };
            item.Slots.Add(NewSlot());
            draft.Blocks.Add(item);
        }

        return true;
    }

    private int CountParagraphs()
    {
        CountRange asked = plan.Paragraphs;
        if (plan.Lines.TryGetValue(Scope.Whole, out CountRange lines)) // a paragraph is one line
            asked = Plan.Common(asked, lines) ?? new(-1, -1);
        bool several = plan.IsBilingual || plan.Separator is not null || plan.Lengths.ContainsKey(Scope.EachParagraph) || plan.Sentences.ContainsKey(Scope.EachParagraph) || plan.Lines.ContainsKey(Scope.EachParagraph)
            || plan.Starts.ContainsKey(Scope.EachParagraph) || plan.Keywords.Exists(k => k.Scope == Scope.EachParagraph);
        int headings = Math.Max(plan.SectionHeadings?.Count ?? 0, (int)Math.Max(plan.Headings.Min ?? 0, plan.HeadingDepth.Min ?? 0));
        int least = Math.Max(several ? 2 : 1, headings);
        int usual = plan.IsBrief ? 1 : random.Below(10) switch { < 5 => 1, < 8 => 2, _ => 3 };
        int whole = (int)Math.Min(plan.Lengths.GetValueOrDefault(Scope.Whole).Max ?? 1000, 1000) / plan.SentenceLength.Long;
        int most = Math.Max(least, Math.Min(Math.Max(1, whole), (int)Math.Min(plan.Sentences.GetValueOrDefault(Scope.Whole).Max ?? 9, 9)));
        return asked.Draw(random, Math.Min(Math.Max(least, Math.Min(usual, most)), most), Math.Max(least, Math.Min(plan.IsBrief ? usual : usual + 1, most)));
    }

    private int? CountSentences(int features, int paragraphs)
    {
        if (paragraphs < 1)
            return null;
        CountRange asked = plan.Sentences.GetValueOrDefault(Scope.Whole);
        int least = Math.Max(Math.Max(features, paragraphs), asked.IsAsked() || plan.IsBrief ? 1 : 2), most = Math.Max(least, paragraphs + (plan.IsBrief ? 1 : 3));
        if (plan.Lengths.TryGetValue(Scope.Whole, out CountRange length))
        {
            least = Math.Max(Math.Max(features, paragraphs), (int)(length.Min ?? 0) / plan.SentenceLength.Long);
            int room = length.Max is { } max ? (int)max / plan.SentenceLength.Short : MostSentences;
            most = Math.Max(least, Math.Min(room, least + 2));
        }

        int sentences = asked.Draw(random, least, most);
        return sentences >= Math.Max(features, paragraphs) && sentences <= MostSentences ? sentences : null;
    }

    /// <summary>How many lines a paragraph must have; null: nobody asks. An impossible range when two ask for different numbers.</summary>
    private CountRange? LinesOf(int paragraph, int paragraphs)
    {
        CountRange? range = plan.Lines.GetValueOrDefault(Scope.EachParagraph);
        if (paragraph == 0)
            range = Plan.Common(range.Value, plan.Lines.GetValueOrDefault(Scope.FirstParagraph));
        if (paragraph == paragraphs - 1 && range is { } before)
            range = Plan.Common(before, plan.Lines.GetValueOrDefault(Scope.LastParagraph));
        return range is { } some ? some.IsAsked() ? some : null : new(0, 0);
    }

    private CountRange LengthOf(int paragraph, int paragraphs)
    {
        CountRange? range = plan.Lengths.GetValueOrDefault(Scope.EachParagraph);
        range = Plan.Common(range.Value, plan.Lengths.GetValueOrDefault(Scope.EachLine));
        if (paragraph == 0 && range is { } first)
            range = Plan.Common(first, plan.Lengths.GetValueOrDefault(Scope.FirstParagraph));
        if (paragraph == paragraphs - 1 && range is { } last)
            range = Plan.Common(last, plan.Lengths.GetValueOrDefault(Scope.LastParagraph));
        return range ?? new(1, 0);
    }

    /// <summary>How the answer and its parts begin and end.</summary>
    private void SetEnds(Draft draft)
    {
        List<Slot> slots = draft.Slots;
        if (slots.Count == 0)
            return;
        foreach ((Scope part, string text) in plan.Starts)
        {
            foreach (Slot slot in EdgeSlots(draft, part, first: true))
                slot.Prefix = Composer.Joined(text, slot.Prefix);
        }

        foreach ((Scope part, string text) in plan.Ends)
        {
            foreach (Slot slot in EdgeSlots(draft, part, first: false))
                slot.Suffix = Composer.Joined(slot.Suffix, text);
        }

        if (plan.Postscript is { } marker)
        {
            Block block = new(BlockKind.Paragraph);
            block.Slots.Add(NewSlot());
            block.Slots[0].Prefix = marker;
            draft.Blocks.Add(block);
        }
    }

    private static IEnumerable<Slot> EdgeSlots(Draft draft, Scope part, bool first)
    {
        IEnumerable<Block> blocks = draft.Blocks.Where(b => b.Slots.Count > 0);
        Slot Edge(Block block) => first ? block.Slots[0] : block.Slots[^1];
        return part switch
        {
            Scope.Whole or Scope.FirstParagraph when first || part == Scope.FirstParagraph => [Edge(blocks.First())],
            Scope.Whole or Scope.LastParagraph => [Edge(blocks.Last())],
            Scope.FirstLine or Scope.FirstSentence => [Edge(blocks.First())],
            Scope.LastLine or Scope.LastSentence => [Edge(blocks.Last())],
            Scope.EachItem => blocks.Where(b => b.Kind == BlockKind.Item).Select(Edge),
            Scope.EachSentence => blocks.SelectMany(b => b.Slots),
            _ => blocks.Select(Edge),
        };
    }
}
