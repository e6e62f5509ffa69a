using System.Xml;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>
/// xml_element{tag}: the whole answer (or what one code fence holds) stands between &lt;tag&gt; and &lt;/tag&gt;, which occurs once. The text within is free: it need not be escaped as XML has it.
/// Contradicted by another tag.
/// </summary>
public sealed class XmlElementSort : Sort
{
    public override string Name => "xml_element";

    public override Category Kind => Category.OutputFormat;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("tag", ParameterType.Text)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.Titles, .. SortNames.LineForms, .. SortNames.Ends, "sentence_end", "reference_list", "separator"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Wrap the whole answer in <{tag}> and </{tag}> tags",
            "Put your entire response inside a <{tag}> element",
            "The response must start with <{tag}> and end with </{tag}>",
            "Enclose everything you write between <{tag}> and </{tag}>",
            "Return the answer as one XML element named {tag:quoted}",
            "Everything must stand within a single <{tag}>...</{tag}> element")
        .Chinese(
            "请将整个回答放在<{tag}>和</{tag}>标签之间",
            "全部内容须包含在<{tag}>元素中",
            "回答必须以<{tag}>开头，以</{tag}>结尾",
            "用<{tag}>...</{tag}>标签包裹全部输出",
            "请以名为{tag:quoted}的XML元素输出回答",
            "所有内容都要写在一个<{tag}>标签里面");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string tag = constraint.Arguments.Text("tag"), closing = $"</{tag}>";
        ReadOnlySpan<char> text = Payload.Of(response);
        if (text.Length < tag.Length + 2 || text[0] != '<' || !text[1..].StartsWith(tag) || !(text[tag.Length + 1] == '>' || char.IsWhiteSpace(text[tag.Length + 1])))
            return new(Outcome.Violated, $"the answer does not start with <{tag}>");
        int close = text.IndexOf(closing);
        if (close < 0 || !text.EndsWith(closing))
            return new(Outcome.Violated, $"the answer does not end with {closing}");
        if (close != text.Length - closing.Length)
            return new(Outcome.Violated, $"{closing} stands before the end of the answer");
        int opened = text.IndexOf('>');
        return Verdict.Of(opened < close && !text[(opened + 1)..close].IsWhiteSpace(), opened < close ? $"the answer stands within <{tag}>" : $"<{tag} is not closed by >");
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.Of(("tag", context.Random.Pick(Vocabulary.Tags))));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string tag = constraint.Arguments.Text("tag");
        return new(this, Arguments.Of(("tag", Drawn.Other(context.Random, Vocabulary.Tags, t => t != tag))));
    }

    protected override string? Refuse(Arguments arguments) =>
        XmlReader.IsName(arguments.Text("tag")) ? null : $"\"{arguments.Text("tag")}\" is no name that an XML element can have";
}
