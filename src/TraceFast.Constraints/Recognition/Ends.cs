using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// How the answer starts and ends, word for word. The start of an article, a letter or a report is not the start of the answer: a headline may stand before it.
/// </summary>
internal sealed class Ends : PatternFamily
{
    private const string Modal = "(?:应当|应该|应|必须|须|需要|需|要|都|请|固定|统一|一律|也)*";
    private const string WholeName = "(?:整个)?(?:回答|回复|答案|回应|输出|输出结果|结果|评论|对话|你的回答|内容)";
    private const string EndName = "(?:整个)?(?:回答|回复|答案|回应|输出|输出结果|结果|评论|对话|内容|演讲稿|演讲|故事|文章|全文|短文|小说|散文|报告|诗歌|作文)";
    private const string PartName = "(?<para>每个?自然段落?|每个段落|每段)|(?<line>每一?行)|(?<item>每个列表项)|(?<sentence>每句话?|每个句子)";

    private static readonly Regex Start = Pattern(
        $"^(?:请|要求|确保|将)*(?:(?:{WholeName}|{PartName})的?)?(?:开头|开始|起始)?(?:处)?{Modal}(?:以|用|使用)?\\s*(?<text>{Quotations.Pattern})(?:这句话|字样|标注|一词|作为)*(?<mark>开头|开始|起始|作为开头|标注)?$");

    private static readonly Regex StartVerb = Pattern("开头|开始|起始");

    private static readonly Regex End = Pattern(
        $"^(?:请|要求|确保|将|并|并且|且|最后)*(?:(?:{EndName}|{PartName})的?)?(?:结尾|末尾|最后一句话?|结束)?(?:处|时)?{Modal}(?:以|用|使用|为|是)?\\s*(?<text>{Quotations.Pattern})(?:这句话|字样|标注|一词|作为)*(?:结尾|结束|收尾|结束语|作为结尾|标注)?$");

    private static readonly Regex EndVerb = Pattern("结尾|末尾|结束|收尾|最后一句");

    private const string EnglishName = "(?:your|the|you|i need you|entire|whole|response|answer|reply|output|text|should|must|needs? to|has to|to|please|very|make sure|that|is|[\\s,])*";

    private static readonly Regex EnglishStart = Pattern($"^{EnglishName}(?:start|starts|begin|begins)(?: (?:your|the))?(?: (?:entire|whole))?(?: (?:response|answer|reply|output))? with(?: the| exact| word| words| phrase| sentence| text)*:?\\s*(?<text>{Quotations.Pattern})\\.?$");

    private static readonly Regex FirstParagraph = Pattern($"^(?:make sure that |and |please )*(?:the )?(?:very )?first paragraph (?:must |should )?starts? with(?: the| word| exact| phrase)*:?\\s*(?<text>{Quotations.Pattern})\\.?$|^start the first paragraph with(?: the| word| phrase)*:?\\s*(?<text>{Quotations.Pattern})\\.?$");

    private static readonly Regex EnglishEnd = Pattern(
        $"^{EnglishName}(?:end|ends|finish|finishes|conclude|concludes)(?: (?:your|the))?(?: (?:entire|whole))?(?: (?:response|answer|reply|output))? with(?: the| this| exact| word| words| phrase| sentence| text)*:?\\s*(?<text>{Quotations.Pattern})(?:[\\s,]*do not say anything after that)?\\.?$|^the very (?:end|last sentence) of your (?:entire )?response should (?:be|read)(?: exactly like)?:?\\s*(?<text2>{Quotations.Pattern})\\.?$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (line.IsCodeTask || Doubt.IsWish(Quotations.Blank(clause.Text)) || Doubt.IsNoText(Quotations.Blank(clause.Text)) || clause.Text.Contains('或', StringComparison.Ordinal))
            return;
        Match match = FirstParagraph.Match(clause.Text);
        if (match.Success)
        {
            Add(clause, match, match.Groups["text"].Value, isStart: true, found, Scope.FirstParagraph);
            return;
        }

        match = EnglishStart.Match(clause.Text);
        if (!match.Success && Start.Match(clause.Text) is { Success: true } start && StartVerb.IsMatch(Quotations.Blank(clause.Text)))
            match = start;
        if (match.Success)
        {
            Add(clause, match, match.Groups["text"].Value, isStart: true, found);
            return;
        }

        match = EnglishEnd.Match(clause.Text);
        if (!match.Success && End.Match(clause.Text) is { Success: true } end && EndVerb.IsMatch(Quotations.Blank(clause.Text)))
            match = end;
        if (match.Success)
            Add(clause, match, match.Groups["text"].Success ? match.Groups["text"].Value : match.Groups["text2"].Value, isStart: false, found);
    }

    private static void Add(Clause clause, Match match, string quoted, bool isStart, ICollection<Reading> found, Scope? given = null)
    {
        string text = Quotations.Strip(quoted);
        Scope part = given ?? (match.Groups["para"].Success ? Scope.EachParagraph : match.Groups["line"].Success ? Scope.EachLine : match.Groups["item"].Success ? Scope.EachItem : match.Groups["sentence"].Success ? Scope.EachSentence : Scope.Whole);
        if (Quotations.IsLiteral(text))
            found.Add(At(clause, match, () => isStart ? new StartsWith(text, part) : new EndsWith(text, part)));
    }
}
