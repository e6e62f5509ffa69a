namespace TraceFast.Constraints.Style;

/// <summary>The sorts of the group.</summary>
internal static class StyleSorts
{
    public static IReadOnlyList<Sort> All { get; } =
    [
        new LetterCaseSort(), new CapitalWordsSort(), new SyllablesPerLineSort(), new HanPerLineSort(), new InitialLetterSort(),
        new LanguageSort(), new BilingualSort(), new EmojiCountSort(), new ExclamationCountSort(),
        new ToneSort(), new EmotionSort(), new LinguisticFeatureSort(),
    ];
}
