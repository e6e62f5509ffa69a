namespace TraceFast.Constraints.Phrases;

/// <summary>The wordings of all exact sorts in a language by their first character, so that a line is compared with few; those with the most text of their own first.</summary>
internal sealed class WordingIndex
{
    private static readonly Lazy<WordingIndex> English = new(() => new(Language.English)), Chinese = new(() => new(Language.Chinese));

    private readonly Dictionary<char, List<(Sort Sort, Wording Wording)>> _byFirst = [];

    private WordingIndex(Language language)
    {
        List<(Sort Sort, Wording Wording)> all = [.. Sorts.All.Where(s => s.IsExact).SelectMany(s => s.Wordings.Where(w => w.Language == language).Select(w => (s, w)))];
        foreach ((Sort Sort, Wording Wording) entry in all.OrderByDescending(e => e.Wording.Parsed.LiteralLength))
        {
            string word = entry.Wording.Parsed.FirstWord;
            char first = word.Length == 0 ? default : char.ToUpperInvariant(word[0]);
            if (!_byFirst.TryGetValue(first, out List<(Sort, Wording)>? entries))
                _byFirst[first] = entries = [];
            entries.Add(entry);
        }
    }

    public static WordingIndex Of(Language language) => (language == Language.Chinese ? Chinese : English).Value;

    /// <summary>The wordings that a text may be of.</summary>
    public IEnumerable<(Sort Sort, Wording Wording)> For(string text)
    {
        if (text.Length == 0)
            return [];
        IEnumerable<(Sort Sort, Wording Wording)> found = _byFirst.GetValueOrDefault(char.ToUpperInvariant(text[0])) ?? [];
        return _byFirst.TryGetValue(default, out List<(Sort, Wording)>? open) ? found.Concat(open) : found;
    }
}
