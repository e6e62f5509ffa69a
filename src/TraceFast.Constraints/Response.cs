using TraceFast.Constraints.Text;

namespace TraceFast.Constraints;

/// <summary>
/// A response to check. What constraint types ask of its text is found once, on demand, in time linear in its length. How lines, paragraphs,
/// sentences, words and characters are told apart is said by the finders in Text/ and in the README. Spans are in UTF-16 units of
/// <see cref="Text"/>. Not for use from several threads at once.
/// </summary>
public sealed partial class Response(string text)
{
    private List<Line>? _lines;
    private TextSpan[]? _linePlaces, _bodyLines;
    private List<TextSpan>? _paragraphs, _sentences, _words, _items;
    private MarkdownStructure? _markdown;
    private TextSpan? _title;
    private int _titleLine = Unknown;

    private const int Unknown = -2;

    public string Text { get; } = text;

    /// <summary>Every line that is not blank, without the blanks around it.</summary>
    public IReadOnlyList<TextSpan> Lines => _linePlaces ??= [.. Structure.Select(l => new TextSpan(l.Start, l.End - l.Start))];

    /// <summary>
    /// Lines without headings, the title, rules and fences: the lines that "each line" and a number of lines are about.
    /// </summary>
    public IReadOnlyList<TextSpan> BodyLines => _bodyLines ??= FindBodyLines();

    public IReadOnlyList<TextSpan> Paragraphs => _paragraphs ??= ParagraphFinder.Find(Structure, TitleLine);

    public IReadOnlyList<TextSpan> Sentences => _sentences ??= SentenceFinder.Find(Text, Structure, TitleLine);

    public IReadOnlyList<TextSpan> Words => WordList;

    /// <summary>The texts of list items, numbered, bulleted and nested, without their marks.</summary>
    public IReadOnlyList<TextSpan> Items => _items ??= ItemFinder.Find(Structure);

    /// <summary>The title without its marks; null: there is none.</summary>
    public TextSpan? Title => TitleLine < 0 ? null : _title;

    /// <summary>What it marks up: headings, list items, tables, code, emphasis, links.</summary>
    public MarkdownStructure Markdown => _markdown ??= MarkdownStructure.Parse(Text, Structure);

    private List<TextSpan> WordList => _words ??= WordFinder.Find(Text, Structure);

    public TextSpan Whole => new(0, Text.Length);

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

    public ReadOnlySpan<char> Span(TextSpan place) => Text.AsSpan(place.Start, place.Length);

    /// <summary>Words that start in a place.</summary>
    public int CountWords(TextSpan place)
    {
        if (place.Length == Text.Length)
            return Words.Count;
        return CountStarts(WordList, place);
    }

    /// <summary>The words that start in a place, in order.</summary>
    public IEnumerable<TextSpan> WordsIn(TextSpan place)
    {
        List<TextSpan> words = WordList;
        int end = place.Start + place.Length;
        for (int n = FirstFrom(words, place.Start); n < words.Count && words[n].Start < end; n++)
            yield return words[n];
    }

    /// <summary>The first word that starts in a place; null: none does.</summary>
    public TextSpan? FirstWordOf(TextSpan place)
    {
        int n = FirstFrom(WordList, place.Start);
        return n < WordList.Count && WordList[n].Start < place.Start + place.Length ? WordList[n] : null;
    }

    /// <summary>Sentences that start in a place.</summary>
    public int CountSentences(TextSpan place) => CountStarts(Sentences, place);

    /// <summary>Lines of the body that start in a place.</summary>
    public int CountLines(TextSpan place) => CountStarts(BodyLines, place);

    /// <summary>
    /// 字数: each Han character, each kana and each Hangul syllable is one, each word in another script and each number is one (as
    /// <see cref="Words"/> has them); punctuation, blanks and the marks of list items are none.
    /// </summary>
    public int CountHanUnits(TextSpan place)
    {
        int count = 0;
        foreach (TextSpan at in WordsIn(place))
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
    public int CountCharacters(TextSpan place)
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
    public IReadOnlyList<TextSpan> SpansOf(Scope part) => part switch
    {
        Scope.Whole => [Whole],
        Scope.Title => Title is { } title ? [title] : [],
        Scope.FirstLine => Ends(Lines, first: true),
        Scope.LastLine => Ends(Lines, first: false),
        Scope.FirstSentence => Ends(Sentences, first: true),
        Scope.LastSentence => Ends(Sentences, first: false),
        Scope.FirstParagraph => Ends(Paragraphs, first: true),
        Scope.LastParagraph => Ends(Paragraphs, first: false),
        Scope.EachParagraph => Paragraphs,
        Scope.EachSentence => Sentences,
        Scope.EachLine => BodyLines,
        Scope.EachItem => Items,
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "no such part"),
    };

    private static IReadOnlyList<TextSpan> Ends(IReadOnlyList<TextSpan> places, bool first) =>
        places.Count == 0 ? [] : [places[first ? 0 : places.Count - 1]];

    private TextSpan[] FindBodyLines()
    {
        List<TextSpan> places = new(Structure.Count);
        for (int n = 0; n < Structure.Count; n++)
        {
            Line line = Structure[n];
            if (n != TitleLine && line.IsBody)
                places.Add(new TextSpan(line.Start, line.End - line.Start));
        }

        return [.. places];
    }

    private static int CountStarts(IReadOnlyList<TextSpan> places, TextSpan within) =>
        FirstFrom(places, within.Start + within.Length) - FirstFrom(places, within.Start);

    /// <summary>The index of the first place, among places in order, that starts at a position or later.</summary>
    private static int FirstFrom(IReadOnlyList<TextSpan> places, int position)
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
