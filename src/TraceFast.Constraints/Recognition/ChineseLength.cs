using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>Lengths in Chinese, of the whole answer or of a part that can be found: "全文不超过800字", "每段不少于50字", "全文共三段".</summary>
internal sealed class ChineseLength : PatternFamily
{
    /// <summary>Names of the answer. Words that also name a part of one (解释, 分析, 建议) count with 整个 only.</summary>
    private const string WholeName =
        "回答|回复|答案|回应|文章|全文|全篇|通篇|短文|文本|内容|故事|小说|散文|诗歌|报告|新闻稿|新闻|稿件|邮件|信件|求职信|推荐信|感谢信|信|演讲稿|讲稿|论文|作文|评论文章|评论|影评|书评|简历|指南|教程|攻略|计划书|方案|摘要|文案|剧本|脚本|广告脚本|对话|日记|游记|陈述|结果|输出|输出内容|输出结果|博客|帖子|梗概|简讯|介绍文本|介绍内容|描述内容|全部内容|总体内容";

    private const string PartName = "解释|分析|说明|总结|概述|结论|描述|介绍|段落|概括|简介|建议|短语";

    private static readonly (string Names, Scope Scope)[] Parts =
    [
        ("标题|题目", Scope.Title),
        ("每个?自然段落?|每个?段落|每一?段|各段落?|每一个段落", Scope.EachParagraph),
        ("每句话?|每个?句子|每一句话?", Scope.EachSentence),
        ("每行|每一行", Scope.EachLine),
        ("每个列表项|每一?个?项目符号|每个要点|列表的?每一项", Scope.EachItem),
        ("第一段|首段|第一个段落", Scope.FirstParagraph),
        ("最后一段|末段|最后一个段落", Scope.LastParagraph),
        ("第一句话?|首句", Scope.FirstSentence),
        ("最后一句话?|末句", Scope.LastSentence),
    ];

    private const string Lead = "^(?:请|要求|注意|同时|但|并|且|另外|此外|确保|保证|务必|生成的|给出的|撰写的|你的|您的|其|将|把|最终的?)*";

    private const string Measure = "(?<measure>的?(?:总|整体|全部)?(?:字数|长度|篇幅|字符数|字数长度|总长度|总字数|单词数|词数|句数|段落数|行数))?";

    private const string Modal = "(?:应当|应该|应|须|必须|需要|需|要|得|请|都|均|全部|严格|总共|一共|总计|也|限制|限定|控制|保持|维持|设定|规定|介于|处于|集中|达到|包含|含有|含|包括|有|写成|写|由|分为|分成|使用|用|在|为|是|到|于|以|不能|的|将)*";

    private const string Tail = "(?:组成|构成|即可|中|内|长|的?(?:篇幅|长度|文字|内容|文本|文章|描述|回答|完成|汉字))*$";

    private static readonly (CountType Type, Regex Range, bool IsLength)[] Units =
    [
        (Counts.Han, Pattern(CountPhrase.Chinese("个?(?:中文|汉语)?(?:字|汉字|文字|中文字)")), true),
        (Counts.Characters, Pattern(CountPhrase.Chinese("个?字符")), true),
        (Counts.Words, Pattern(CountPhrase.Chinese("个?(?:英文|英语)?(?:词|单词|英文词|词语)")), true),
        (Counts.Sentences, Pattern(CountPhrase.Chinese("个?(?:句子|句话|句)")), false),
        (Counts.ParagraphTotal, Pattern(CountPhrase.Chinese("个?(?:自然段落?|段落|段文字|段话|段)")), false),
        (Counts.Lines, Pattern(CountPhrase.Chinese("行")), false),
    ];

    private static readonly Regex Before = Pattern(
        $"{Lead}(?:(?<whole>整个(?:{PartName})|(?:整个|整篇|整体|全部|一篇|这篇|本)?(?:{WholeName})(?:的?(?:总体|整体|描述|内容))?|整体|总体|总共|段落总)|{string.Join('|', Parts.Select((p, i) => $"(?<part{i}>{p.Names})"))})?{Measure}{Modal}$");

    private static readonly Regex Between = Pattern("^(?:，|且|并且|但|同时|、|控制在|\\s)*$");

    private static readonly Regex After = Pattern($"^{Tail}");

    /// <summary>"字符数控制在450个以内": the unit stands in the measure.</summary>
    private static readonly (CountType Type, string Names)[] Measures =
        [(Counts.Characters, "字符数"), (Counts.Words, "(?:英文)?(?:单词数|词数)"), (Counts.Sentences, "句数|句子数"), (Counts.ParagraphTotal, "段落数|段数"), (Counts.Lines, "行数")];

    private static readonly Regex MeasuredRange = Pattern(CountPhrase.Chinese("[个句段行]?") + "$");

    private static readonly Regex MeasuredBefore = Pattern(
        $"{Lead}(?<whole>(?:整个|整篇)?(?:{WholeName})的?|总)?(?:{string.Join('|', Measures.Select((m, i) => $"(?<part{i}>{m.Names})"))}){Modal}$");

    private static readonly Regex OneSentence = Pattern("^(?:请|请你|须|需|必须)?(?:仅|只)?(?:用|以)一句话(?:来)?(?:进行)?(?:回答|作答|概括|总结|描述|说明|介绍|回复)(?:即可)?$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        if (clause.Index == 0 && OneSentence.Match(clause.Text) is { Success: true } one)
        {
            found.Add(At(clause, one, Counts.Sentences, CountRange.Exactly(1)));
            return;
        }

        if (ReadMeasured(clause, line) is { } measured)
        {
            found.Add(measured);
            return;
        }

        foreach ((CountType type, Regex range, bool isLength) in Units)
        {
            Match first = range.Match(clause.Text);
            if (!first.Success)
                continue;
            Match last = first.NextMatch() is { Success: true } second && Between.IsMatch(clause.Text[(first.Index + first.Length)..second.Index]) ? second : first;
            Match before = Before.Match(clause.Text[..first.Index]);
            if (!before.Success || !After.IsMatch(clause.Text[(last.Index + last.Length)..]) || Subject(before, line) is not { } part)
                continue;
            foreach (Match match in last == first ? [first] : new[] { first, last })
            {
                if (CountPhrase.Read(match, "", isLength ? CountPhrase.Bare.Unclear : CountPhrase.Bare.Exact) is { } count)
                    found.Add(Counted(clause.Whole, type, count, part));
            }

            return;
        }
    }

    private static Reading? ReadMeasured(Clause clause, LineContext line)
    {
        Match match = MeasuredRange.Match(clause.Text);
        Match before = match.Success ? MeasuredBefore.Match(clause.Text[..match.Index]) : match;
        if (!before.Success || (line.IsSubjectLost && !before.Groups["whole"].Success) || CountPhrase.Read(match) is not { } range)
            return null;
        for (int i = 0; i < Measures.Length; i++)
        {
            if (before.Groups[$"part{i}"].Success)
                return Counted(clause.Whole, Measures[i].Type, range);
        }

        return null;
    }

    /// <summary>The part that the clause speaks about; null where that can not be told.</summary>
    private static Scope? Subject(Match match, LineContext line)
    {
        for (int i = 0; i < Parts.Length; i++)
        {
            if (match.Groups[$"part{i}"].Success)
                return line.IsSubjectLost ? null : Parts[i].Scope;
        }

        if (match.Groups["whole"].Success || match.Groups["measure"].Value.Contains('总', StringComparison.Ordinal))
            return Scope.Whole;
        return line.IsSubjectLost ? null : Scope.Whole;
    }
}
