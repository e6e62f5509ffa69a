namespace TraceFast.Constraints.Content;

/// <summary>The sorts of the group.</summary>
internal static class ContentSorts
{
    public static IReadOnlyList<Sort> All { get; } =
    [
        new WordCountSort(), new HanCountSort(), new CharacterCountSort(), new SentenceCountSort(), new ParagraphCountSort(), new LineCountSort(), new ItemCountSort(),
        new NumberCountSort(), new NumberPrecisionSort(), new NoDigitsSort(),
        new KeywordsSort(), new KeywordFrequencySort(), new KeywordOrderSort(), new LetterFrequencySort(),
        new ForbiddenWordsSort(), new NoContactDetailsSort(),
        new ThemeSort(), new ValuesSort(), new PrivacySort(),
    ];
}
