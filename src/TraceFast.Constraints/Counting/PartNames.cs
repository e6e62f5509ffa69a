namespace TraceFast.Constraints.Counting;

/// <summary>What parts of an answer are called in instructions.</summary>
public static class PartNames
{
    /// <summary>The names of a part, the plainest first; none for the whole.</summary>
    public static IReadOnlyList<string> Of(Part part, Language language) => (part, language) switch
    {
        (Part.Title, Language.English) => ["the title", "the headline"],
        (Part.FirstLine, Language.English) => ["the first line", "the opening line"],
        (Part.LastLine, Language.English) => ["the last line", "the final line"],
        (Part.FirstSentence, Language.English) => ["the first sentence", "the opening sentence"],
        (Part.LastSentence, Language.English) => ["the last sentence", "the closing sentence"],
        (Part.FirstParagraph, Language.English) => ["the first paragraph", "the opening paragraph"],
        (Part.LastParagraph, Language.English) => ["the last paragraph", "the closing paragraph"],
        (Part.EachParagraph, Language.English) => ["each paragraph", "every paragraph"],
        (Part.EachSentence, Language.English) => ["each sentence", "every sentence"],
        (Part.EachLine, Language.English) => ["each line", "every line"],
        (Part.EachItem, Language.English) => ["each list item", "every item in the list"],
        (Part.Title, Language.Chinese) => ["标题", "文章标题"],
        (Part.FirstLine, Language.Chinese) => ["第一行", "首行"],
        (Part.LastLine, Language.Chinese) => ["最后一行", "末行"],
        (Part.FirstSentence, Language.Chinese) => ["第一句话", "开头第一句"],
        (Part.LastSentence, Language.Chinese) => ["最后一句话", "结尾的句子"],
        (Part.FirstParagraph, Language.Chinese) => ["第一段", "首段"],
        (Part.LastParagraph, Language.Chinese) => ["最后一段", "末段"],
        (Part.EachParagraph, Language.Chinese) => ["每个段落", "每段"],
        (Part.EachSentence, Language.Chinese) => ["每个句子", "每句话"],
        (Part.EachLine, Language.Chinese) => ["每一行", "每行"],
        (Part.EachItem, Language.Chinese) => ["每个列表项", "列表中的每一项"],
        _ => [],
    };
}
