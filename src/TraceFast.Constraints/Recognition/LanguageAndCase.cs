using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>The language of the whole answer, and upper or lower case.</summary>
internal sealed class LanguageAndCase : PatternFamily
{
    private static readonly Dictionary<string, string> Codes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["英文"] = "en", ["英语"] = "en", ["中文"] = "zh", ["汉语"] = "zh", ["日文"] = "ja", ["日语"] = "ja", ["韩文"] = "ko", ["韩语"] = "ko", ["俄文"] = "ru", ["俄语"] = "ru",
        ["阿拉伯语"] = "ar", ["阿拉伯文"] = "ar", ["泰语"] = "th", ["泰文"] = "th", ["印地语"] = "hi", ["希腊语"] = "el", ["希伯来语"] = "he",
        ["English"] = "en", ["Chinese"] = "zh", ["Japanese"] = "ja", ["Korean"] = "ko", ["Russian"] = "ru", ["Arabic"] = "ar", ["Thai"] = "th", ["Hindi"] = "hi", ["Greek"] = "el", ["Hebrew"] = "he",
    };

    private const string ChineseNames = "英文|英语|中文|汉语|日文|日语|韩文|韩语|俄文|俄语|阿拉伯语|阿拉伯文|泰语|泰文|印地语|希腊语|希伯来语";
    private const string EnglishNames = "English|Chinese|Japanese|Korean|Russian|Arabic|Thai|Hindi|Greek|Hebrew";

    private static readonly Regex Chinese = Pattern(
        $"^(?:请|要求|整个|整篇|最终|生成的)*(?:回答|回复|答案|文章|全文|对话|短文|故事|报告|邮件|信件|内容|文本|输出|销售页面|新闻稿|诗歌|推荐信)?(?:内容|的语言)?(?:应|须|需要|需|必须|要|完全|全部|全程|均|都|仅|只)*(?:使用|用|以|采用)(?<variety>澳大利亚|美式|英式|标准|纯正的?)?(?<name>{ChineseNames})(?:来|进行|语言)*(?:撰写|书写|编写|写作|回答|作答|回复|输出|写|表达|进行|呈现|完成)*$");

    private static readonly Regex English = Pattern(
        $"^(?:please|make sure|ensure|that|your|the|entire|whole|all|response|answer|reply|output|should|shoud|must|be|is|to|me|respond|write|written|only|entirely|using|language|[\\s,])*(?:in|using)(?: the)?(?: only)?\\s+(?<name>{EnglishNames})(?: language)?(?: only)?(?:[\\s,]*no other language is allowed)?(?<case>[\\s,]*(?:and)?.*)$");

    private static readonly Regex ChineseUpper = Pattern("^(?:请|在输出时|输出时|整个|全部)*(?:标语|宣传语|广告语|口号|回答|回复|答案|输出|内容|全文|文本)?(?:应|须|需要|需|必须|要|全部|均|都)*(?:以|使用|用|采用)(?:全)?(?<case>大写|小写)(?:英文)?(?:字母)?(?:的?形式)?(?:呈现|书写|输出|表示)?(?<purpose>以.*)?$");

    private static readonly Regex EnglishUpper = Pattern(
        "\\b(?:in all capital letters|all capital letters|all letters in your entire response should be capitalized|capitalize every letter|only use capital letters|capitalize all your words|in all caps|all uppercase|in uppercase)\\b");

    private static readonly Regex EnglishLower = Pattern("\\b(?:all lowercase letters|all letters lowercased|in lowercase letters only|no capital letters (?:are|is) (?:used|allowed)|must be lower case letters|all lower case|in lowercase|in all lowercase)\\b");

    private static readonly Regex SomeWords = Pattern("\\b(?:some|times|words with|words in|words be|appear|stress)\\b");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = Chinese.Match(clause.Text);
        if (match.Success && !Doubt.IsWish(clause.Text))
        {
            // a variety of the language is more than a program can tell: the word stays outside of what was read
            System.Text.RegularExpressions.Group variety = match.Groups["variety"];
            int start = variety.Success ? variety.Index + variety.Length : match.Index;
            found.Add(Reading.Of(clause.Span(start, match.Index + match.Length - start), () => new AnswerLanguage(Codes[match.Groups["name"].Value])));
            return;
        }

        match = English.Match(clause.Text);
        if (match.Success && !Doubt.IsWish(clause.Text))
        {
            int end = match.Groups["case"].Index;
            found.Add(Reading.Of(clause.Span(match.Index, end - match.Index), () => new AnswerLanguage(Codes[match.Groups["name"].Value])));
        }

        ReadCase(clause, line, found);
    }

    private static void ReadCase(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = ChineseUpper.Match(clause.Text);
        if (match.Success)
        {
            found.Add(At(clause, match, () => new LetterCase(match.Groups["case"].Value == "大写" ? "upper" : "lower")));
            return;
        }

        if (SomeWords.IsMatch(line.Text) || found.Any(f => f.Constraint is LetterCase))
            return;
        match = EnglishUpper.Match(clause.Text);
        Match lower = EnglishLower.Match(clause.Text);
        if (lower.Success)
            found.Add(At(clause, lower, () => new LetterCase("lower")));
        else if (match.Success)
            found.Add(At(clause, match, () => new LetterCase("upper")));
    }
}
