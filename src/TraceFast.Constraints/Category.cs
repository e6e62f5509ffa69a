namespace TraceFast.Constraints;

/// <summary>The five groups of TRACE's taxonomy (arXiv 2411.06208, section 3).</summary>
public enum Group
{
    Content,
    Situation,
    Style,
    Format,
    Example,
}

/// <summary>One of TRACE's 26 kinds of constraint.</summary>
/// <param name="Name">Stable English name, as in reports and JSON.</param>
/// <param name="Label">TRACE's label in its field levels2.</param>
/// <param name="Group">The group that it belongs to.</param>
public sealed record Category(string Name, string Label, Group Group)
{
    public static readonly Category Theme = new("theme", "主题约束", Group.Content);
    public static readonly Category Inclusion = new("inclusion", "包含约束", Group.Content);
    public static readonly Category Exclusion = new("exclusion", "排除约束", Group.Content);
    public static readonly Category Values = new("values", "价值观约束", Group.Content);
    public static readonly Category Privacy = new("privacy", "隐私约束", Group.Content);
    public static readonly Category Numeric = new("numeric", "数值约束", Group.Content);
    public static readonly Category RolePlay = new("role play", "角色扮演约束", Group.Situation);
    public static readonly Category Audience = new("audience", "受众目标约束", Group.Situation);
    public static readonly Category Precondition = new("precondition", "先验条件约束", Group.Situation);
    public static readonly Category ProcessBackground = new("natural-language process background", "自然语言流程背景信息约束", Group.Situation);
    public static readonly Category MarkdownProcessBackground = new("markdown process background", "markdown流程背景信息约束", Group.Situation);
    public static readonly Category TableBackground = new("table background", "表格背景信息约束", Group.Situation);
    public static readonly Category TextBackground = new("text background", "文本背景信息约束", Group.Situation);
    public static readonly Category Tone = new("tone", "语气风格约束", Group.Style);
    public static readonly Category Emotion = new("emotion", "情感情绪约束", Group.Style);
    public static readonly Category LinguisticFeature = new("linguistic feature", "语言特征约束", Group.Style);
    public static readonly Category Multilingual = new("multilingual", "多语言约束", Group.Style);
    public static readonly Category OutputFormat = new("output format", "输出格式约束", Group.Format);
    public static readonly Category TextStyle = new("text style", "文本样式约束", Group.Format);
    public static readonly Category GrammarStructure = new("grammar structure", "语法结构约束", Group.Format);
    public static readonly Category Citation = new("citation", "引用和参考约束", Group.Format);
    public static readonly Category NumberingAndLists = new("numbering and lists", "编号和列表约束", Group.Format);
    public static readonly Category Hierarchy = new("hierarchy", "层次化结构约束", Group.Format);
    public static readonly Category Template = new("template", "模版约束", Group.Format);
    public static readonly Category PositiveExample = new("positive example", "正例约束", Group.Example);
    public static readonly Category NegativeExample = new("negative example", "负例约束", Group.Example);

    public static IReadOnlyList<Category> All { get; } =
    [
        Theme, Inclusion, Exclusion, Values, Privacy, Numeric,
        RolePlay, Audience, Precondition, ProcessBackground, MarkdownProcessBackground, TableBackground, TextBackground,
        Tone, Emotion, LinguisticFeature, Multilingual,
        OutputFormat, TextStyle, GrammarStructure, Citation, NumberingAndLists, Hierarchy, Template,
        PositiveExample, NegativeExample,
    ];

    private static readonly Dictionary<string, Category> s_byLabel = All.ToDictionary(k => k.Label, StringComparer.Ordinal);

    /// <summary>The kind of a TRACE label; null for a label that is none of the 26 (the published file holds two such).</summary>
    public static Category? OfLabel(string label) => s_byLabel.GetValueOrDefault(label);
}
