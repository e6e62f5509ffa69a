using System.Text.RegularExpressions;

namespace TraceFast.Constraints.Recognition;

/// <summary>Whether what was read says everything that a line asks for: what is left over may only be courtesy, the name of the answer or the purpose.</summary>
internal static class Coverage
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    /// <summary>A clause that says what for: "so that it is easy to read".</summary>
    private static readonly Regex Purpose = new(
        "^(?:并|且|同时)?(?:以便|以确保|以增强|以提高|以提升|以增加|以突出|以保证|以方便|以体现|以使|以突显|以吸引|以示|确保|保证|从而|使得|使其|便于|方便|为了|让读者|提高|提升|增强|防止|信息呈现|保持清晰|避免冗长)|^(?:so that|so as to|in order to|to (?:ensure|make|keep|improve|enhance))\\b",
        Options);

    /// <summary>Such a clause says more than what for when it names contents.</summary>
    private static readonly Regex Content = new("包含|包括|引用|来源|列出|均|所有|准确|权威", Options);

    private const string Answer =
        "回答|回复|答案|回应|文章|全文|短文|文本|正文|内容|故事|小说|散文|诗歌|报告|新闻稿|新闻|稿件|邮件|信件|信|演讲稿|论文|作文|评论|简历|指南|教程|攻略|计划书|计划|方案|营销计划|摘要|总结|概述|简介|介绍|描述|说明|文案|标语|宣传语|剧本|脚本|对话|简讯|行程表|信息|销售页面|短语|建议|结果|关键词|标题|段落|题目";

    private static readonly Regex ChineseFiller = new(
        "^(?:请|将|把|你的|您的|其|这|该|此|并|且|同时|另外|此外|但|要求|务必|应当|应该|应|必须|须|需要|需|要|都|均|全部|整体|整个|整篇|完整|完全|严格|最终|在|以|用|使用|采用|采取|通过|按照|按|遵循|进行|输出|呈现|展示|展现|返回|提交|给出|列出|撰写|书写|编写|写作|写|表达|回答|组织|阐述|排版|表示|形式|格式|方式|结构|语法|文本|清晰|清晰地|明确|明确地|的|地|得|中|里|内|为|是|于|成|等字段|等字段名|等键|等键值对|等|字段|两个|三个|四个|五个|列|至少|以下|这两个词|这些词|关键词|词|键|包含|包括|含有|组织结构|文学|来组织信息|组织信息|来组织|来划分|来清晰划分不同部分|划分不同部分|清晰划分不同部分|清晰划分|构建层次清晰|层次化|层次清晰|层次|构建|和|与|及|、|:|：|-|\\s|[0-9]|" + Answer + ")*$",
        Options);

    private static readonly Regex EnglishFiller = new(
        "^(?:please|make sure|be sure|ensure|that|to|the|a|an|your|you|i|need|want|would|like|there|it|this|is|are|be|should|must|shall|will|has|have|having|do|does|in|of|for|at|by|as|with|on|from|all|any|and|also|then|only|just|entire|entirely|whole|complete|total|overall|final|response|responses|answer|answers|reply|output|text|essay|article|story|poem|letter|email|content|piece|post|write|written|writing|use|using|used|include|includes|including|contain|contains|containing|respond|format|form|formatted|give|put|provide|keep|add|mention|finish|end|ending|respoinse|shoud|exact|exactly|whatsoever|throughout|using|long|length|point|points|no|other|words|word|phrase|keywords|keyword|letters|anything|allowed|not|say|after|should|follow|following|this|me|single|markdown|style|them|its|e\\.g\\.|i\\.e\\.|[\\s,.:;()!'\"`*\\-])*$",
        Options);

    /// <param name="clauses">The clauses of the line.</param>
    /// <param name="readings">What was read in it.</param>
    public static bool IsWhole(IReadOnlyList<Clause> clauses, IReadOnlyList<Reading> readings)
    {
        foreach (Clause clause in clauses)
        {
            IReadOnlyList<string> rest = Rest(clause, readings);
            bool isRead = rest.Count != 1 || rest[0].Length < clause.Text.Length;
            if (!isRead && IsPurpose(clause.Text))
                continue;
            if (isRead && rest.Count > 0 && IsPurpose(rest[^1]))
                rest = [.. rest.SkipLast(1)];
            if (!rest.All(IsFiller))
                return false;
        }

        return true;
    }

    private static bool IsPurpose(string text) => Purpose.IsMatch(text) && !Content.IsMatch(text);

    private static bool IsFiller(string text) => ChineseFiller.IsMatch(text) || EnglishFiller.IsMatch(text);

    /// <summary>The pieces of the clause around what was read.</summary>
    private static List<string> Rest(Clause clause, IReadOnlyList<Reading> readings)
    {
        bool[] taken = new bool[clause.Text.Length];
        foreach (Reading reading in readings)
        {
            int from = Math.Max(0, reading.Span.Start - clause.Start);
            int to = Math.Min(taken.Length, reading.Span.Start + reading.Span.Length - clause.Start);
            if (from < to)
                taken.AsSpan(from, to - from).Fill(true);
        }

        List<string> pieces = [];
        int start = 0;
        for (int i = 0; i <= taken.Length; i++)
        {
            if (i < taken.Length && !taken[i])
                continue;
            if (i > start)
                pieces.Add(clause.Text[start..i]);
            start = i + 1;
        }

        return pieces;
    }
}
