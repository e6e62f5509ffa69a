using TraceFast.Constraints;

namespace TraceFast.Synthesis.Writing;

/// <summary>
/// Writes the sentences of a draft one after the other, each with what is left of the lengths asked for: of the sentence, of its block, of the whole. What later sentences need at
/// least and can take at most is kept for them.
/// </summary>
internal sealed class Budget(Plan plan, Composer composer)
{
    private (int Low, int High) Usual => (plan.SentenceLength.Least, plan.SentenceLength.Most);

    public bool Write(Draft draft, int fixedLength)
    {
        CountRange whole = plan.Lengths.GetValueOrDefault(Scope.Whole);
        Window left = new((int)(whole.Min ?? 0) - fixedLength, (int)Math.Min(whole.Max ?? 100_000, 100_000) - fixedLength);
        List<Slot> slots = draft.Slots;
        Dictionary<Slot, (int Low, int High)> own = [];
        for (int n = 0; n < slots.Count; n++)
            own[slots[n]] = OwnRange(slots[n], n, slots.Count);
        Window[] needs = [.. draft.Blocks.Select(b => NeedOf(b, own))];
        for (int b = 0; b < draft.Blocks.Count; b++)
        {
            Block block = draft.Blocks[b];
            if (block.Slots.Count == 0)
                continue;
            if (block.Length.Min > block.Length.Max || needs[b].Low > needs[b].High)
                return false;
            Window blockLeft = Of(block.Length);
            Window later = new(0, 0);
            for (int other = b + 1; other < needs.Length; other++)
                later = later.Plus(needs[other]);
            int afterwards = slots.Count - slots.IndexOf(block.Slots[0]);
            for (int s = 0; s < block.Slots.Count; s++)
            {
                Slot slot = block.Slots[s];
                Window rest = new(0, 0);
                for (int other = s + 1; other < block.Slots.Count; other++)
                    rest = rest.Plus(new(own[block.Slots[other]].Low, own[block.Slots[other]].High));
                int gap = s > 0 && plan.Unit == LengthUnit.Characters && slot.Language == Language.English ? 1 : 0;
                Window all = left.Less(later).Less(rest);
                Window inBlock = blockLeft.Less(rest);
                int low = Math.Max(own[slot].Low, Math.Max(all.Low, inBlock.Low) - gap);
                int high = Math.Min(own[slot].High, Math.Min(all.High, inBlock.High) - gap);
                (low, high) = Even(low, high, left, afterwards - s);
                if (low > high || composer.Write(slot, low, high) is not { } text)
                    return false;
                slot.Text = text;
                int length = Lengths.Of(text, plan.Unit) + gap;
                left = left.Less(length);
                blockLeft = blockLeft.Less(length);
            }
        }

        return true;
    }

    /// <summary>Where a total is asked for, every sentence stays near its share, so that the last ones have room.</summary>
    private (int Low, int High) Even(int low, int high, Window left, int sentences)
    {
        if (left.Low <= 0 && left.High > 1000)
            return (low, high);
        int target = left.High > 1000 ? left.Low / sentences + Usual.Low : (Math.Max(0, left.Low) + left.High) / 2 / sentences;
        int spread = Math.Max(2, target / 3);
        int nearLow = Math.Max(low, target - spread), nearHigh = Math.Min(high, target + spread);
        return nearLow <= nearHigh ? (nearLow, nearHigh) : (low, high);
    }

    private (int Low, int High) OwnRange(Slot slot, int n, int count)
    {
        (int low, int high) = Usual;
        if (slot.Section.Length > 0)
            low = 1;
        CountRange? asked = Plan.Common(slot.Length, plan.Lengths.GetValueOrDefault(Scope.EachSentence));
        if (n == 0 && asked is { } first)
            asked = Plan.Common(first, plan.Lengths.GetValueOrDefault(Scope.FirstSentence));
        if (n == count - 1 && asked is { } last)
            asked = Plan.Common(last, plan.Lengths.GetValueOrDefault(Scope.LastSentence));
        if (asked is not { } range)
            return (1, 0);
        if (range.Min is { } min)
            (low, high) = ((int)min, Math.Max(high, (int)min + 10));
        if (range.Max is { } max)
            (low, high) = (Math.Min(low, (int)max), (int)max);
        int affixes = slot.Prefix.Length + slot.Suffix.Length > 0 ? Lengths.Of(slot.Prefix, plan.Unit) + Lengths.Of(slot.Suffix, plan.Unit) : 0;
        return range.Max is null ? (low, high + affixes) : (low, high);
    }

    private static Window NeedOf(Block block, Dictionary<Slot, (int Low, int High)> own)
    {
        if (block.Slots.Count == 0)
            return new(0, 0);
        Window need = new(0, 0);
        foreach (Slot slot in block.Slots)
            need = need.Plus(new(own[slot].Low, own[slot].High));
        Window asked = Of(block.Length);
        return new(Math.Max(need.Low, asked.Low), Math.Min(need.High, asked.High));
    }

    private static Window Of(CountRange range) => new((int)(range.Min ?? 0), (int)Math.Min(range.Max ?? 100_000, 100_000));

    /// <summary>From how much to how much is still to be written.</summary>
    private readonly record struct Window(int Low, int High)
    {
        public Window Plus(Window other) => new(Low + other.Low, High + other.High);

        /// <summary>What is left for one when others take from their least to their most.</summary>
        public Window Less(Window others) => new(Low - others.High, High - others.Low);

        public Window Less(int length) => new(Low - length, High - length);
    }
}
