namespace TraceFast.Constraints.Format;

/// <summary>The sorts of the group.</summary>
internal static class FormatSorts
{
    public static IReadOnlyList<Sort> All { get; } =
    [
        new JsonSort(), new JsonObjectSort(), new JsonArraySort(), new CsvSort(), new XmlElementSort(), new MarkdownSort(), new MarkdownTableSort(), new CodeBlockSort(),
        new BoldCountSort(), new ItalicCountSort(), new HighlightedSort(), new QuotedWholeSort(), new TitleSort(), new ExactTitleSort(), new BracketTitleSort(), new PlaceholdersSort(),
        new StartsWithSort(), new EndsWithSort(), new SentenceEndSort(), new ForbiddenPunctuationSort(), new QuestionCountSort(), new SeparatorSort(),
        new CitationMarksSort(), new ReferenceListSort(), new LinkCountSort(),
        new NumberedListSort(), new BulletedListSort(), new NestedListSort(), new NumberingStyleSort(),
        new HeadingCountSort(), new HeadingDepthSort(), new SectionHeadingsSort(),
        new TemplateSlotsSort(), new PostscriptSort(), new DateFormatSort(), new NumberFormatSort(), new LineShapeSort(),
    ];
}
