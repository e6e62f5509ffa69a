using TraceFast.Constraints.Text;

namespace TraceFast.Constraints;

/// <summary>
/// A response to check. What sorts ask of its text is found once, on demand, in time linear in its length. How lines, paragraphs, sentences, words and characters are told
/// apart is said by the finders in Text/ and in the room's README. Places are in UTF-16 units of <see cref="Text"/>. Not for use from several threads at once.
/// </summary>
public sealed partial class Response(string text)
{
    private List<Line>? _lines;
    private Place[]? _linePlaces, _bodyLines;
    private List<Place>? _paragraphs, _sentences, _words, _items;
    private MarkdownStructure? _markdown;
    private Place? _title;
    private int _titleLine = Unknown;

    private const int Unknown = -2;

    public string Text { get; } = text;

    /// <summary>Every line that is not blank, without the blanks around it.</summary>
    public IReadOnlyList<Place> Lines => _linePlaces ??= [.. Structure.Select(l => new Place(l.Start, l.End - l.Start))];

    /// <summary>Lines without headings, the title, rules and fences: the lines that "each line" and a number of lines speak about.</summary>
    public IReadOnlyList<Place> BodyLines => _bodyLines ??= FindBodyLines();

    public IReadOnlyList<Place> Paragraphs => _paragraphs ??= ParagraphFinder.Find(Structure, TitleLine);

    public IReadOnlyList<Place> Sentences => _sentences ??= SentenceFinder.Find(Text, Structure, TitleLine);

    public IReadOnlyList<Place> Words => WordList;

    /// <summary>The texts of list items, numbered, bulleted and nested, without their marks.</summary>
    public IReadOnlyList<Place> Items => _items ??= ItemFinder.Find(Structure);

    /// <summary>The title without its marks; null: there is none.</summary>
    public Place? Title => TitleLine < 0 ? null : _title;

    /// <summary>What it marks up: headings, list items, tables, code, emphasis, links.</summary>
    public MarkdownStructure Markdown => _markdown ??= MarkdownStructure.Parse(Text, Structure);

    private List<Place> WordList => _words ??= WordFinder.Find(Text, Structure);

    public Place Whole => new(0, Text.Length);

    internal List<Line> Structure => _lines ??= Line.Find(Text);

    /// <summary>The number of the title's line in <see cref="Structure"/>; -1: none.</summary>
    internal int TitleLine
    {
        get
        {
            if (_titleLine == Unknown)
                _title = TitleFinder.Find(Text, Structure, out _titleLine);
            return _titleLine;
        }
    }

    public ReadOnlySpan<char> Span(Place place) => Text.AsSpan(place.Start, place.Length);

    /// <summary>Words that start in a place.</summary>
    public int CountWords(Place place)
    {
        if (place.Length == Text.Length)
            return Words.Count;
        return CountStarts(WordList, place);
    }

    /// <summary>The words that start in a place, in order.</summary>
    public IEnumerable<Place> WordsIn(Place place)
    {
        List<Place> words = WordList;
        int end = place.Start + place.Length;
        for (int n = FirstFrom(words, place.Start); n < words.Count && words[n].Start < end; n++)
            yield return words[n];
    }

    /// <summary>The first word that starts in a place; null: none does.</summary>
    public Place? FirstWordOf(Place place)
    {
        int n = FirstFrom(WordList, place.Start);
        return n < WordList.Count && WordList[n].Start < place.Start + place.Length ? WordList[n] : null;
    }

    /// <summary>Sentences that start in a place.</summary>
    public int CountSentences(Place place) => CountStarts(Sentences, place);

    /// <summary>Lines of the body that start in a place.</summary>
    public int CountLines(Place place) => CountStarts(BodyLines, place);

    /// <summary>
    /// 字数: each Han character, each kana and each Hangul syllable is one, each word in another script and each number is one (as <see cref="Words"/> has them);
    /// punctuation, blanks and the marks of list items are none.
    /// </summary>
    public int CountHanUnits(Place place)
    {
        int count = 0;
        foreach (Place at in WordsIn(place))
        {
            ReadOnlySpan<char> word = Span(at);
            int syllables = 0;
            if (word[0] >= 0x1100)
            {
                foreach (char c in word)
                    syllables += Script.IsHangul(c) ? 1 : 0;
            }

            count += Math.Max(1, syllables);
        }

        return count;
    }

    /// <summary>Code points (a lone surrogate is one), blanks and punctuation too, line ends not.</summary>
    public int CountCharacters(Place place)
    {
        ReadOnlySpan<char> span = Span(place);
        int count = span.Length - span.Count('\n') - span.Count('\r');
        for (int i = 1; i < span.Length; i++)
        {
            if (char.IsLowSurrogate(span[i]) && char.IsHighSurrogate(span[i - 1]))
                count--;
        }

        return count;
    }

    /// <summary>The places of a part; none when the response lacks it.</summary>
    public IReadOnlyList<Place> PartsOf(Part part) => part switch
    {
        Part.Whole => [Whole],
        Part.Title => Title is { } title ? [title] : [],
        Part.FirstLine => Ends(Lines, first: true),
        Part.LastLine => Ends(Lines, first: false),
        Part.FirstSentence => Ends(Sentences, first: true),
        Part.LastSentence => Ends(Sentences, first: false),
        Part.FirstParagraph => Ends(Paragraphs, first: true),
        Part.LastParagraph => Ends(Paragraphs, first: false),
        Part.EachParagraph => Paragraphs,
        Part.EachSentence => Sentences,
        Part.EachLine => BodyLines,
        Part.EachItem => Items,
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "no such part"),
    };

    private static IReadOnlyList<Place> Ends(IReadOnlyList<Place> places, bool first) => places.Count == 0 ? [] : [places[first ? 0 : places.Count - 1]];

    private Place[] FindBodyLines()
    {
        List<Place> places = new(Structure.Count);
        for (int n = 0; n < Structure.Count; n++)
        {
            Line line = Structure[n];
            if (n != TitleLine && line.IsBody)
                places.Add(new Place(line.Start, line.End - line.Start));
        }

        return [.. places];
    }

    private static int CountStarts(IReadOnlyList<Place> places, Place within) => FirstFrom(places, within.Start + within.Length) - FirstFrom(places, within.Start);

    /// <summary>The index of the first place, among places in order, that starts at a position or later.</summary>
    private static int FirstFrom(IReadOnlyList<Place> places, int position)
    {
        int low = 0, high = places.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (places[middle].Start < position)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
