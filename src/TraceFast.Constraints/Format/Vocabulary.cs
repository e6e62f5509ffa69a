namespace TraceFast.Constraints.Format;

/// <summary>Names that fit any task: what a drawn constraint calls keys, columns, headings, labels and titles, and how it lets answers begin and end.</summary>
internal static class Vocabulary
{
    public static readonly string[] Tags = ["answer", "response", "result", "output", "reply", "summary", "solution", "note", "document", "content"];

    public static readonly string[] CodeLanguages = ["python", "bash", "javascript", "sql", "html", "yaml", "java", "json", "ruby", "text"];

    private static readonly string[] EnglishKeys =
        ["name", "summary", "reason", "advice", "example", "topic", "answer", "details", "steps", "warning", "benefit", "audience", "conclusion", "question", "category", "description"];

    private static readonly string[] ChineseKeys = ["名称", "摘要", "原因", "建议", "示例", "主题", "回答", "细节", "步骤", "注意事项", "好处", "对象", "结论", "问题", "类别", "说明"];

    private static readonly string[] EnglishColumns = ["Item", "Reason", "Example", "Advantage", "Drawback", "Cost", "Place", "Time", "Tip", "Step", "Person", "Detail", "Notes", "Result"];

    private static readonly string[] ChineseColumns = ["项目", "原因", "例子", "优点", "缺点", "费用", "地点", "时间", "建议", "步骤", "人物", "细节", "备注", "结果"];

    private static readonly string[] EnglishHeadings =
        ["Introduction", "Background", "Main Points", "Examples", "Common Mistakes", "Advice", "Summary", "Conclusion", "Next Steps", "History", "Benefits", "Risks", "Questions and Answers", "Key Facts"];

    private static readonly string[] ChineseHeadings = ["引言", "背景介绍", "主要内容", "举例说明", "常见误区", "实用建议", "小结", "结论", "后续步骤", "历史沿革", "好处", "风险提示", "常见问题", "关键事实"];

    private static readonly string[] EnglishLabels = ["Topic", "Main idea", "Example", "Advice", "Summary", "Reason", "Time", "Place", "Result", "Mood", "Audience", "Next step"];

    private static readonly string[] ChineseLabels = ["主题", "中心思想", "例子", "建议", "总结", "原因", "时间", "地点", "结果", "氛围", "适用人群", "下一步"];

    private static readonly string[] EnglishTitles =
    [
        "What You Should Know", "A Closer Look", "The Short Version", "Notes for Beginners", "A Simple Guide", "Facts and Advice", "The Whole Story", "Lessons Learned", "First Steps", "An Honest View",
        "Questions Worth Asking", "Small Things That Matter",
    ];

    private static readonly string[] ChineseTitles = ["你应该知道的事", "近距离观察", "长话短说", "写给初学者", "简明指南", "事实与建议", "来龙去脉", "经验之谈", "第一步怎么走", "我的看法", "值得思考的问题", "细节里的学问"];

    private static readonly string[] EnglishOpenings =
        ["Here is my answer:", "Let me explain:", "To be clear:", "First things first:", "A short answer:", "Dear reader:", "Good question:", "In a nutshell:", "Let us begin:", "As promised:"];

    private static readonly string[] ChineseOpenings = ["我的回答是：", "简单来说，", "先说结论：", "亲爱的读者：", "长话短说，", "这是个好问题：", "众所周知，", "让我来解释：", "事情是这样的：", "首先要说明的是，"];

    private static readonly string[] EnglishLastOpenings = ["In conclusion,", "To sum up,", "In the end,", "All in all,", "In summary,", "To conclude,"];

    private static readonly string[] ChineseLastOpenings = ["总之，", "综上所述，", "总而言之，", "最后，", "归根结底，", "一言以蔽之，"];

    private static readonly string[] EnglishRepeats = ["Note:", "Fact:", "Remember:", "Tip:", "Point:", "Again:"];

    private static readonly string[] ChineseRepeats = ["要点：", "提示：", "请记住，", "事实上，", "其实，", "说明："];

    private static readonly string[] EnglishEndings =
    [
        "That is all there is to say.", "Thank you for reading.", "I hope this helps.", "Have a nice day!", "The end.", "Is there anything else I can help with?", "Now it is your turn!", "And that is my answer.",
        "Good luck!", "Feel free to ask for more.",
    ];

    private static readonly string[] ChineseEndings = ["以上就是全部内容。", "感谢您的阅读！", "希望对你有所帮助。", "祝你一切顺利！", "全文完。", "还有其他问题吗？", "现在轮到你了！", "这就是我的回答。", "欢迎继续提问。", "让我们拭目以待！"];

    private static readonly string[] EnglishRepeatedEndings = ["That is a fact.", "Remember this!", "Isn't it?", "And so it goes.", "So it is.", "No doubt about it!"];

    private static readonly string[] ChineseRepeatedEndings = ["这是事实。", "请记住这一点！", "不是吗？", "千真万确。", "就是这样。", "毫无疑问！"];

    public static string[] Keys(Language language) => language == Language.Chinese ? ChineseKeys : EnglishKeys;

    public static string[] Columns(Language language) => language == Language.Chinese ? ChineseColumns : EnglishColumns;

    public static string[] Headings(Language language) => language == Language.Chinese ? ChineseHeadings : EnglishHeadings;

    public static string[] Labels(Language language) => language == Language.Chinese ? ChineseLabels : EnglishLabels;

    public static string[] Titles(Language language) => language == Language.Chinese ? ChineseTitles : EnglishTitles;

    /// <summary>Beginnings of the answer, of its last paragraph, or of each of several parts.</summary>
    public static string[] Openings(Language language, Scope part) => (part, language) switch
    {
        (Scope.Whole or Scope.FirstParagraph, Language.Chinese) => ChineseOpenings,
        (Scope.Whole or Scope.FirstParagraph, _) => EnglishOpenings,
        (Scope.LastParagraph, Language.Chinese) => ChineseLastOpenings,
        (Scope.LastParagraph, _) => EnglishLastOpenings,
        (_, Language.Chinese) => ChineseRepeats,
        _ => EnglishRepeats,
    };

    /// <summary>Ends of the answer or of each of several parts.</summary>
    public static string[] Endings(Language language, Scope part) => (part, language) switch
    {
        (Scope.Whole, Language.Chinese) => ChineseEndings,
        (Scope.Whole, _) => EnglishEndings,
        (_, Language.Chinese) => ChineseRepeatedEndings,
        _ => EnglishRepeatedEndings,
    };
}
