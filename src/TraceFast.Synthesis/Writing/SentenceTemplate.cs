using TraceFast.Constraints;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>One template of the grammar: text and slots, split once.</summary>
internal sealed class SentenceTemplate
{
    private static readonly string[] s_slots =
        ["topic", "Topic", "they", "them", "are", "fact", "quality", "quality2", "word", "Word", "word2", "number", "date", "link"];

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
            if (!s_slots.Contains(slot))
                throw new InvalidOperationException($"the grammar's template \"{template}\" has an unknown slot {{{slot}}}");
            _parts.Add((slot, true));
            at = close + 1;
        }
    }

    public bool Has(string slot) => _parts.Any(p => p.IsSlot && p.Text == slot);

    /// <summary>The text with each slot filled.</summary>
    public string Fill(SentenceFilling filling)
    {
        string[] texts = new string[_parts.Count];
        for (int n = 0; n < texts.Length; n++)
            texts[n] = _parts[n].IsSlot ? filling.Of(_parts[n].Text) : _parts[n].Text;
        return string.Concat(texts);
    }
}

/// <summary>What fills the slots of one template; qualities, facts and words that nobody asked for are sampled.</summary>
internal sealed class SentenceFilling(TopicWords topic, Language language, SeededRandom random)
{
    private string? _quality, _fact, _first;

    /// <summary>Words that {word} and {word2} must be; others are sampled.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>The quality, fact or word that was sampled; null: none.</summary>
    public string? Sampled => _quality ?? _fact ?? _first;

    /// <summary>What is in {number}, {date} or {link}.</summary>
    public string Value { get; init; } = "";

    public string Of(string slot) => slot switch
    {
        "topic" => topic.Name,
        "Topic" => Rendering.Capitalize(topic.Name),
        "they" => language == Language.Chinese ? topic.IsPersons ? "他们" : topic.IsPlural ? "它们" : "它" : topic.IsPlural ? "they" : "it",
        "them" => topic.IsPlural ? "them" : "it",
        "are" => topic.IsPlural ? "are" : "is",
        "fact" => _fact ??= random.Pick(topic.Facts),
        "quality" => _quality ??= random.Pick(topic.Qualities),
        "quality2" => Another(topic.Qualities, _quality),
        "word" => Word(0),
        "Word" => Rendering.Capitalize(Word(0)),
        "word2" => Word(1),
        _ => Value,
    };

    private string Word(int n)
    {
        if (n < Words.Count)
            return Words[n];
        if (n == 0)
            return _first ??= random.Pick(topic.Words);
        return Another(topic.Words, Words.Count > 0 ? Words[0] : _first);
    }

    private string Another(IReadOnlyList<string> among, string? than)
    {
        int n = random.Below(among.Count);
        return among[n] == than ? among[(n + 1) % among.Count] : among[n];
    }
}
