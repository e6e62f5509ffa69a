using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Types;

/// <summary>The answer has a title (Text/TitleFinder says what one is). It conflicts with JSON, which has none.</summary>
public sealed record Title() : Constraint(Scope.Whole)
{
    internal const Aspects Needs = Aspects.Prose | Aspects.Edges | Aspects.FirstWords | Aspects.SentenceEnds;

    public static readonly ConstraintType Definition =
        new("title", Category.TextStyle, typeof(Title), _ => new Title()) { Owns = Aspects.Title, Needs = Needs, Marks = "#" };

    public override Verdict Check(Response response) =>
        response.Title is { } title ? new(Outcome.Obeyed, $"the title is \"{response.Span(title)}\"", title)
            : new(Outcome.Violated, "the answer has no title");

    public override bool Apply(Draft draft) => draft.TakeTitle();

    public override Constraint SampleConflicting(SamplingContext context) => JsonObject.Definition.Sample(context);
}

/// <summary>The answer's title is this, letter case and marks around it aside.</summary>
public sealed record ExactTitle(string Text) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("exact_title", Category.TextStyle, typeof(ExactTitle),
        context => new ExactTitle(context.Random.Pick(WordLists.Of(context.Language, "titles"))))
    { Owns = Aspects.Title, Needs = Title.Needs };

    public override Verdict Check(Response response)
    {
        if (response.Title is not { } title)
            return new(Outcome.Violated, "the answer has no title");
        return Verdict.Of(IsSame(response.Span(title), Text), $"the title is \"{response.Span(title)}\"; asked for \"{Text}\"", title);
    }

    public override bool Apply(Draft draft) => draft.TakeTitle(title => title.Be(Text));

    /// <summary>Another title.</summary>
    public override Constraint SampleConflicting(SamplingContext context) =>
        new ExactTitle(context.SampleOther(WordLists.Of(context.Language, "titles"), t => !IsSame(t, Text)));

    public override IEnumerable<string> RequiredTexts => [Text];

    private static bool IsSame(ReadOnlySpan<char> one, ReadOnlySpan<char> other) =>
        Bare(one).Equals(Bare(other), StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> title) => title.Trim("*_#《》<>\"“” .。:：");
}

/// <summary>
/// A line of its own is a title in &lt;&lt; &gt;&gt; or 《》; marks of a heading or of bold around it do not matter. It conflicts with
/// forbidding those marks.
/// </summary>
public sealed record BracketTitle() : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("bracket_title", Category.TextStyle, typeof(BracketTitle), _ => new BracketTitle())
    { Owns = Aspects.Title, Needs = Title.Needs | Aspects.LineForm, Marks = "<>《" };

    public override Verdict Check(Response response)
    {
        foreach (TextSpan span in response.Lines)
        {
            ReadOnlySpan<char> line = response.Span(span).Trim("#* ");
            bool angled = line.Length > 4 && line.StartsWith("<<") && line.EndsWith(">>") && HasText(line[2..^2]);
            if (angled || line is ['《', _, .., '》'] && HasText(line[1..^1]) && line[1..].IndexOf('《') < 0)
                return new(Outcome.Obeyed, $"the title is {line}", span);
        }

        return new(Outcome.Violated, "no line of its own is a title in << >> or 《》");
    }

    public override bool Apply(Draft draft) => draft.TakeTitle(title =>
    {
        title.Marks = draft.Language == Language.Chinese ? ("《", "》") : ("<<", ">>");
        return true;
    });

    public override Constraint SampleConflicting(SamplingContext context) => new ForbiddenPunctuation(["<", "《"]);

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
