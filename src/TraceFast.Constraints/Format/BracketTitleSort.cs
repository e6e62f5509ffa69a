using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>bracket_title{}: a line of its own is a title in &lt;&lt; &gt;&gt; or 《》; marks of a heading or of bold around it do not matter. Contradicted by forbidding those marks.</summary>
public sealed class BracketTitleSort : Sort
{
    public override string Name => "bracket_title";

    public override Category Kind => Category.TextStyle;

    public override IReadOnlyList<Parameter> Parameters { get; } = [];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.Titles, .. SortNames.LineForms, "starts_with", "sentence_end"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Include a title wrapped in double angular brackets, such as <<title>>", "Add a title in double angle brackets like <<this>>", "Your answer must have a title enclosed in << and >>",
            "Give the answer a title and write it as <<title>>", "Put a title in the form <<title>> on a line of its own", "The title should stand between << and >>")
        .Chinese("标题用《》括起来，单独成行", "请写一个带书名号《》的标题", "回答须有标题，格式为《标题》", "开头另起一行写标题，并加书名号", "给文章拟一个标题，放在《》中", "标题须以《标题》的形式单独占一行");

    public override Verdict Check(Constraint constraint, Response response)
    {
        foreach (TextSpan place in response.Lines)
        {
            ReadOnlySpan<char> line = response.Span(place).Trim("#* ");
            bool angled = line.Length > 4 && line.StartsWith("<<") && line.EndsWith(">>") && HasText(line[2..^2]);
            if (angled || line is ['《', _, .., '》'] && HasText(line[1..^1]) && line[1..].IndexOf('《') < 0)
                return new(Outcome.Obeyed, $"the title is {line}", place);
        }

        return new(Outcome.Violated, "no line of its own is a title in << >> or 《》");
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.None);

    public override Constraint Contradict(Constraint constraint, SamplingContext context) => new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { "<", "《" })));

    private static bool HasText(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c))
                return true;
        }

        return false;
    }
}
