using System.Text;

namespace TraceFast.Synthesis.Writing;

/// <summary>One template of the grammar: text and slots, split once.</summary>
internal sealed class SentenceTemplate
{
    private static readonly string[] Slots = ["topic", "Topic", "they", "them", "are", "fact", "quality", "quality2", "word", "Word", "word2", "number", "date", "link"];

    private readonly List<(string Text, bool IsSlot)> _parts = [];

    public SentenceTemplate(string template)
    {
        int at = 0;
        while (at < template.Length)
        {
            int open = template.IndexOf('{', at);
            if (open < 0)
                open = template.Length;
            if (open > at)
                _parts.Add((template[at..open], false));
            if (open == template.Length)
                break;
            int close = template.IndexOf('}', open);
            string slot = template[(open + 1)..close];
            if (!Slots.Contains(slot))
                throw new InvalidOperationException($"the grammar's template \"{template}\" has an unknown slot {{{slot}}}");
            _parts.Add((slot, true));
            at = close + 1;
        }
    }

    public bool Has(string slot) => _parts.Any(p => p.IsSlot && p.Text == slot);

    /// <summary>The text with each slot filled.</summary>
    public string Fill(SentenceFilling filling)
    {
        StringBuilder text = new(96);
        foreach ((string part, bool isSlot) in _parts)
            text.Append(isSlot ? filling.Of(part) : part);
        return text.ToString();
    }
}
