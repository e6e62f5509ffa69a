using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>
/// code_block{language?}: the answer has a fenced code block that is closed; with a language, every block is marked as that one. Contradicted by another language;
/// without one, by forbidding the marks of fences.
/// </summary>
public sealed class CodeBlockSort : Sort
{
    public override string Name => "code_block";

    public override Category Kind => Category.OutputFormat;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("language", ParameterType.Text, Required: false)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.LineForms, "quoted_whole"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Include a fenced code block", "Put the code in a Markdown code block (```)", "Use a code block set off by triple backticks", "Your answer must contain a fenced code block",
            "Show the example in a code block", "Add at least one code block in Markdown style")
        .English(
            "Include a code block marked as {language:quoted}", "Put the code in a ```{language} block", "Use a fenced code block with the language tag {language:quoted}",
            "Your answer must contain a code block whose language is given as {language:quoted}", "Show the example in a {language} code block", "Mark every code block as {language:quoted}")
        .Chinese("请包含一个代码块", "代码放在Markdown代码块（```）中", "用三个反引号围起的代码块展示示例", "回答中必须有代码块", "请把示例写在代码块里", "至少使用一个Markdown代码块")
        .Chinese(
            "请包含一个标明为{language}的代码块", "代码放在```{language}代码块中", "使用语言标记为{language:quoted}的代码块", "回答中必须有一个{language}代码块", "请把示例写在{language}代码块里", "所有代码块都要标明语言{language:quoted}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string? language = constraint.Arguments.TextOrNull("language");
        int closed = 0;
        foreach (CodeBlock block in response.Markdown.CodeBlocks)
        {
            closed += block.IsClosed ? 1 : 0;
            if (language is not null && !response.Span(block.Language).Equals(language, StringComparison.OrdinalIgnoreCase))
                return new(Outcome.Violated, $"a code block is marked as \"{response.Span(block.Language)}\"; asked for \"{language}\"", block.Span);
        }

        return Verdict.Of(closed > 0, closed > 0 ? $"the answer has {closed} code blocks" : "the answer has no closed code block");
    }

    public override Constraint Draw(SamplingContext context) =>
        new(this, Arguments.Of(("language", context.Random.Chance(0.7) ? context.Random.Pick(Vocabulary.CodeLanguages) : null)));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        if (constraint.Arguments.TextOrNull("language") is not { } language)
            return new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { "`", "~" })));
        return new(this, Arguments.Of(("language", Drawn.Other(context.Random, Vocabulary.CodeLanguages, l => !l.Equals(language, StringComparison.OrdinalIgnoreCase)))));
    }

    protected override string? Refuse(Arguments arguments) =>
        arguments.TextOrNull("language") is { } language && language.Any(c => char.IsWhiteSpace(c) || c is '`' or '~') ? $"\"{language}\" is no language mark: it holds a blank or a fence's mark" : null;
}
