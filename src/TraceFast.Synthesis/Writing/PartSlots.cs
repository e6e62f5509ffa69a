using TraceFast.Constraints;

namespace TraceFast.Synthesis.Writing;

/// <summary>The sentences that a part of an answer consists of.</summary>
internal static class PartSlots
{
    /// <summary>For an "each" part one group for each; else one.</summary>
    public static IEnumerable<IEnumerable<Slot>> Of(Draft draft, List<Slot> slots, Part part)
    {
        List<Block> blocks = [.. draft.Blocks.Where(b => b.Slots.Count > 0)];
        return part switch
        {
            Part.FirstSentence => [[slots[0]]],
            Part.LastSentence => [[slots[^1]]],
            Part.FirstParagraph or Part.FirstLine => [blocks[0].Slots],
            Part.LastParagraph or Part.LastLine => [blocks[^1].Slots],
            Part.EachParagraph or Part.EachLine => blocks.Select(b => b.Slots),
            Part.EachItem => blocks.Where(b => b.Kind == BlockKind.Item).Select(b => b.Slots),
            Part.EachSentence => slots.Select(s => new[] { s }),
            Part.Title => [],
            _ => [slots],
        };
    }
}
