using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Brings the number of a letter into the range asked for: sentences are written anew, one at a time, as long as that brings the number nearer.</summary>
internal static class LetterSearch
{
    private const int Tries = 160;

    /// <summary>False: it can not be reached.</summary>
    public static bool Improve(Plan plan, Draft draft, Composer composer, SeededRandom random)
    {
        if (plan.Letters.Count == 0)
            return true;
        List<Slot> slots = draft.Slots;
        long distance = Distance(plan, draft, slots);
        (int least, _, _, int most) = plan.SentenceLength;
        for (int tries = 0; distance > 0 && tries < Tries; tries++)
        {
            Slot slot = random.Pick(slots);
            string before = slot.Text;
            if (composer.Write(slot, least, most) is not { } text)
                continue;
            slot.Text = text;
            long now = Distance(plan, draft, slots);
            if (now <= distance)
                distance = now;
            else
                slot.Text = before;
        }

        return distance == 0;
    }

    private static long Distance(Plan plan, Draft draft, List<Slot> slots)
    {
        long distance = 0;
        foreach ((char letter, CountRange range) in plan.Letters)
        {
            int count = Count(draft.Title ?? "", letter);
            foreach (Block block in draft.Blocks)
                count += Count(block.Fixed, letter);
            foreach (Slot slot in slots)
                count += Count(slot.Text, letter);
            distance += Math.Max(0, (range.Min ?? 0) - count) + Math.Max(0, count - (range.Max ?? long.MaxValue));
        }

        return distance;
    }

    private static int Count(string text, char letter) => text.AsSpan().Count(char.ToLowerInvariant(letter)) + text.AsSpan().Count(char.ToUpperInvariant(letter));
}
