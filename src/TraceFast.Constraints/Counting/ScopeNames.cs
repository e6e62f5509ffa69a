namespace TraceFast.Constraints.Counting;

/// <summary>What parts of an answer are called in instructions.</summary>
public static class ScopeNames
{
    /// <summary>The names of a part, the plainest first; none for the whole.</summary>
    public static IReadOnlyList<string> Of(Scope part, Language language) => (part, language) switch
    {
        (Scope.Title, Language.English) => ["the title", "the headline"],
        (Scope.FirstLine, Language.English) => ["the first line", "the opening line"],
        (Scope.LastLine, Language.English) => ["the last line", "the final line"],
        (Scope.FirstSentence, Language.English) => ["the first sentence", "the opening sentence"],
        (Scope.LastSentence, Language.English) => ["the last sentence", "the closing sentence"],
        (Scope.FirstParagraph, Language.English) => ["the first paragraph", "the opening paragraph"],
        (Scope.LastParagraph, Language.English) => ["the last paragraph", "the closing paragraph"],
        (Scope.EachParagraph, Language.English) => ["each paragraph", "every paragraph"],
        (Scope.EachSentence, Language.English) => ["each sentence", "every sentence"],
        (Scope.EachLine, Language.English) => ["each line", "every line"],
        (Scope.EachItem, Language.English) => ["each list item", "every item in the list"],
        (Scope.Title, Language.Chinese) => ["标题", "文章标题"],
        (Scope.FirstLine, Language.Chinese) => ["第一行", "首行"],
        (Scope.LastLine, Language.Chinese) => ["最后一行", "末行"],
        (Scope.FirstSentence, Language.Chinese) => ["第一句话", "开头第一句"],
        (Scope.LastSentence, Language.Chinese) => ["最后一句话", "结尾的句子"],
        (Scope.FirstParagraph, Language.Chinese) => ["第一段", "首段"],
        (Scope.LastParagraph, Language.Chinese) => ["最后一段", "末段"],
        (Scope.EachParagraph, Language.Chinese) => ["每个段落", "每段"],
        (Scope.EachSentence, Language.Chinese) => ["每个句子", "每句话"],
        (Scope.EachLine, Language.Chinese) => ["每一行", "每行"],
        (Scope.EachItem, Language.Chinese) => ["每个列表项", "列表中的每一项"],
        _ => [],
    };
}
