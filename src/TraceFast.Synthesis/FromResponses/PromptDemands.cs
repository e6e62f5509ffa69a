using System.Text.RegularExpressions;
using TraceFast.Constraints.Recognition;

namespace TraceFast.Synthesis.FromResponses;

/// <summary>
/// What a prompt already asks of its answer, in rough words: a constraint about the same could contradict it, and is not added. Where the answer is fixed by
/// the prompt (a sum, a choice, a translation) nothing about its length or form is natural.
/// </summary>
/// <param name="IsClosed">The prompt has one right answer, or works on a text that it gives.</param>
/// <param name="Length">It says how long.</param>
/// <param name="Number">It says how many of something.</param>
/// <param name="Form">It names a form: list, table, poem, letter, code, JSON ...</param>
/// <param name="Style">It asks for a way of speaking, or names marks.</param>
/// <param name="IsCode">It is about programs.</param>
/// <param name="IsOpen">It asks to explain, describe or tell: an answer of any length is one.</param>
/// <param name="IsCreative">It asks for a text to be enjoyed: a poem, a slogan, a joke.</param>
internal sealed partial record PromptDemands(bool IsClosed, bool Length, bool Number, bool Form, bool Style, bool IsCode, bool IsOpen, bool IsCreative)
{
    private const int LongestPrompt = 20_000;

    public static PromptDemands Of(string prompt)
    {
        if (prompt.Length > LongestPrompt)
            return new(true, true, true, true, true, true, false, true);
        bool constrained = prompt.Length <= ConstraintRecognizer.LongestLine && prompt.Split('\n').Any(l => ConstraintRecognizer.Read(l, null).Readings.Count > 0);
        return new(
            EnglishClosed().IsMatch(prompt) || ChineseClosed().IsMatch(prompt), constrained || Lengths().IsMatch(prompt), constrained || Numbers().IsMatch(prompt), constrained || Forms().IsMatch(prompt),
            constrained || Styles().IsMatch(prompt), CodeWords().IsMatch(prompt), Open().IsMatch(prompt), Creative().IsMatch(prompt));
    }

    [GeneratedRegex(
        @"\b(?:true or false|true/false|multiple[- ]choice|translate|translation|classify|classification|categori[sz]e|rewrite|re-write|rephrase|paraphrase|reword|edit|correct|fix|convert|calculate|compute|solve|evaluate|how many|how much|identify|find the|extract|fill in|complete the|reverse|sort|arrange|re-?order|rearrange|rank|match|select|pick|choose|which of|is it true|is the following|determine|count|yes or no|only respond|just answer|return|passage|premise|hypothesis|conjugate|in this task|you are given|you will be given|given the|given a|what is the chance|how likely|name (?:a|an|the|one)|define|synonyms?|antonyms?|rhymes?|spell|combine|replace|transform|change|delete|remove|insert|what year|when (?:was|did|is)|who (?:is|was|wrote|invented)|what is the (?:capital|population|name|square|sum|value|area|answer|result|probability)|\d+\s*[-+*/x×]\s*\d+|summari[sz]e|shorten|simplify|expand)\b|\b(?:options?|choices?|answer|output|input|sentence|paragraph|article|text|Q|question|A)\s*:|=\s*\?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex EnglishClosed();

    [GeneratedRegex(
        "选项|选择题|翻译|译成|译为|分类|归类|改写|重写|改变|修改|更正|纠正|修正|编辑|转换|转化|计算|求解|解方程|多少|识别|找出|提取|抽取|填空|填入|补全|完成(?:以下|下面|句子)|续写|排序|排列|重新|匹配|哪一|哪个|哪种|判断|是否|是不是|对不对|真假|正确(?:的|吗)|下列|以下(?:句子|段落|文章|文本|单词)|给定|下面的(?:句子|段落|文章|文本)|段落[:：]|文章[:：]|文本[:：]|输入|问题[:：]|答案[:：]|同义词|反义词|押韵|拼写|组合|替换|删除|总结|概括|摘要|缩写|扩写|简化|根据|阅读|谁是|什么时候|哪一年|首都|在这个任务|在此任务|这项任务|您将获得|你将获得|你会得到|返回|优化|改进|怎么说|预测|情感|选择[:：]|Q[:：]|A[:：]|平均|百分比|比例|概率|面积|人口|[0-9]+\\s*[-+*/x×÷]\\s*[0-9]+|=\\s*\\?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ChineseClosed();

    [GeneratedRegex(
        @"\b(?:words?|sentences?|paragraphs?|characters?|pages?|lines?|short|shorter|brief|briefly|concise|concisely|long|longer|detail|detailed|in-depth|thorough|comprehensive|essay|length|elaborate|tweet|slogan|headline|title|name|phrase|one-liner|haiku|limerick|summary|quick|step[- ]by[- ]step)\b|字|句|段|行|简短|简要|简单|简洁|简明|简述|详细|详尽|详述|深入|全面|完整|长度|篇幅|短|标题|口号|标语|俳句|名字|名称|词语|短语|推文|逐步",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Lengths();

    [GeneratedRegex(
        @"\b(?:[0-9]+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|several|few|a couple|single|top|both|list)\b|[0-9]|[一二两三四五六七八九十几][个种条项点步位本首件些]|若干|列出|列举|罗列|清单",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Numbers();

    [GeneratedRegex(
        @"\b(?:list|table|bullets?|json|csv|xml|html|markdown|latex|code|poem|poetry|song|lyrics|haiku|story|tale|letter|email|e-mail|dialogue|dialog|conversation|script|recipe|essay|speech|tweet|headline|outline|quiz|joke|riddle|resume|equation|formula|menu|schedule|itinerary|diagram|numbered|format|template|steps?|rap|play|act as|you are|pretend|role|ad|advertisement|slogan|tagline|post|blog|article|sentence|paragraph|metaphor|simile|analogy|acrostic)\b|列表|清单|表格|列出|列举|代码|诗|歌|故事|小说|寓言|童话|信|邮件|对话|剧本|脚本|食谱|菜谱|论文|演讲|稿|推文|标题|大纲|测验|笑话|谜语|简历|公式|菜单|日程|行程|格式|模板|步骤|扮演|你是|假装|广告|口号|标语|博客|帖子|文章|句子|段落|比喻|类比|俳句|评论|日记|报告|作文",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Forms();

    [GeneratedRegex(
        @"\b(?:style|tone|formal|informal|funny|humorous|persuasive|exclamation|emoji|emojis|bold|italic|capital|lowercase|uppercase|case|question marks?|questions?|punctuation|commas?|keywords?|word|letters?|numbers?|figures|statistics|date|dates|year|price|budget|cost|percent)\b|风格|语气|语调|幽默|感叹号|表情|加粗|大写|小写|标点|逗号|关键词|单词|数字|数据|日期|年份|价格|预算|问题|提问|问句",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Styles();

    [GeneratedRegex(
        @"\b(?:poem|poetry|song|lyrics|haiku|story|tale|slogan|tagline|headline|title|joke|riddle|pun|funny|humorous|metaphor|simile|analogy|quote|toast|greeting|caption|tweet|ad|advertisement|dialogue|creative|imagine|hello|hi|invent|compose)\b|诗|歌词|故事|口号|标语|标题|笑话|谜语|双关|比喻|隐喻|类比|名言|祝福|文案|推文|广告|对话|创意|创作|想象|你好|您好",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Creative();

    [GeneratedRegex(
        @"\b(?:code|program|function|python|java|javascript|c\+\+|sql|html|css|algorithm|script|regex|api|bash|linux|query|class|array|loop|react|reactjs|react\.js|nodejs|node\.js|typescript|programming|software|coding|php|ruby|golang|rust|app|ios|android|git|docker|database|server|oop|json|csv|excel|latex|html5|numpy|pandas|c#)\b|代码|程序|函数|编程|算法|软件|服务器|数据库|Node|JS|脚本|Python|Java|SQL|HTML|数组|循环|变量",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeWords();

    [GeneratedRegex(
        @"^\W*(?:please |can you |could you |would you )?(?:explain|describe|discuss|what (?:is|are|were|does|do|makes?|causes?|happens?|can)|why|how (?:do|does|can|could|should|would|is|are|to|did)|tell me|analy[sz]e|talk about|give (?:me )?(?:an overview|advice)|suggest|recommend|outline|explore|compare|contrast|write about|i (?:need|want) advice)\b|解释|描述|介绍|说明|阐述|讨论|分析|谈谈|为什么|如何|怎么|怎样|什么是|是什么|有什么|有哪些|建议|比较|讲述|告诉我|探讨",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Open();
}
