using TraceFast.Constraints;

namespace TraceFast.Synthesis.Writing;

/// <summary>The sentences that a part of an answer consists of.</summary>
internal static class PartSlots
{
    /// <summary>For an "each" part one group for each; else one.</summary>
    public static IEnumerable<IEnumerable<Slot>> Of(Draft draft, List<Slot> slots, Scope part)
    {
        List<Block> blocks = [.. draft.Blocks.Where(b => b.Slots.Count > 0)];
        return part switch
        {
            Scope.FirstSentence => [[slots[0]]],
            Scope.LastSentence => [[slots[^1]]],
            Scope.FirstParagraph or Scope.FirstLine => [blocks[0].Slots],
            Scope.LastParagraph or Scope.LastLine => [blocks[^1].Slots],
            Scope.EachParagraph or Scope.EachLine => blocks.Select(b => b.Slots),
            Scope.EachItem => blocks.Where(b => b.Kind == BlockKind.Item).Select(b => b.Slots),
            Scope.EachSentence => slots.Select(s => new[] { s }),
            Scope.Title => [],
            _ => [slots],
        };
    }
}
