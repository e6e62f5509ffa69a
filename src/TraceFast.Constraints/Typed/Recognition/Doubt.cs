using System.Text.RegularExpressions;

namespace TraceFast.Constraints.Typed.Recognition;

/// <summary>
/// Words that make a program's reading unsafe: conditions, alternatives, wishes, and subjects that are no text of the answer (code, files, fonts, pictures,
/// inputs). A clause in doubt is left to a judge.
/// </summary>
internal static class Doubt
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly Regex Wish = new(
        "如果|假如|倘若|^若|可以|可选|建议使用|尽量|尽可能|最好|酌情|必要时|适当时|适当使用|或者|左右|大约|大概|\\b(?:if|unless|when|whenever|may|could|optional|optionally|possible|preferably|ideally|try|consider|about|around|approximately|roughly|nearly|some|appropriate|where needed|as needed)\\b",
        Options);

    private static readonly Regex NoText = new(
        "代码(?:[^块]|$)|程式|编程|函数|程序|算法|数据集|训练|模型|README|API|数据库|文件|PDF|Word文档|Excel|PPT|PowerPoint|幻灯|演示文稿|HTML|LaTeX|BibTeX|CSS|字体|字号|楷体|宋体|黑体|图片|照片|海报|图像|插图|图表|折线图|柱状|截图|视频|居中|颜色|背景色|变量|接口|Jupyter|notebook|SQL|JavaScript|Python|Java|TypeScript|组件|网页|网站|页面|正则|测试|字符串|输入|数组|阵列|配置|编码|注释"
        + "|\\b(?:code|program|function|script|class|method|variable|dataset|input|file|database|font|image|picture|photo|slide|slides|chart|website|webpage|HTML|LaTeX|PDF|spreadsheet)\\b",
        Options);

    private static readonly Regex CodeTask = new(
        "代码|程式|函数|闭包|程序|训练.{0,20}模型|分类模型|机器学习|深度学习|爬取|创建一个.{0,20}(?:对象|组件|类|项目|实例)|Python|Java|JS代码|TypeScript|C\\+\\+|SQL|数据集|\\b(?:write|implement|create) (?:a |an |the )?(?:\\w+ )?(?:function|program|script|class)\\b",
        Options);

    private static readonly Regex OtherDocument = new("LaTeX|HTML", Options);

    private static readonly Regex TextTask = new("[一两三]?(?:篇|封|首|则|段)(?:关于|短文|文章|以|散文|小说|信|诗)|\\b(?:essay|article|story|letter|poem)\\b", Options);

    private static readonly Regex Negation = new("不要|避免|禁止|无需|无须|不必|不需|不得使用|不使用|不采用|不用|不应|不能|不可|请勿|切勿|而非|而不是|\\b(?:not|no|never|avoid|without|don't|instead of|rather than|refrain)\\b", Options);

    public static bool IsWish(string clause) => Wish.IsMatch(clause);

    /// <summary>Whether a clause speaks about something else than the answer's own text.</summary>
    public static bool IsNoText(string clause) => NoText.IsMatch(clause);

    /// <summary>Whether the task asks for a program or a document in another language than Markdown, so that the form of its output is not the form of the answer.</summary>
    public static bool IsCodeTask(string task) => OtherDocument.IsMatch(task) || (CodeTask.IsMatch(task) && !TextTask.IsMatch(task));

    /// <summary>Whether the words before a match turn it round.</summary>
    public static bool IsNegated(string before) => Negation.IsMatch(before);
}
