using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Content;

/// <summary>keyword_order{first,second}: both stand in the answer, and the first occurrence of one comes before the first of the other.</summary>
public sealed class KeywordOrderSort : Sort
{
    public override string Name => "keyword_order";

    public override Category Kind => Category.Inclusion;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("first", ParameterType.Text), new("second", ParameterType.Text)];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Mention {first:quoted} before {second:quoted}", "The word {first:quoted} must come before the word {second:quoted}", "Use both {first:quoted} and {second:quoted}, in that order", "Bring up {first:quoted} first and {second:quoted} afterwards",
            "{second:quoted} may only appear after {first:quoted} has been mentioned; use both", "Your answer should name {first:quoted} earlier than {second:quoted}", "Talk about {first:quoted}, and only then about {second:quoted}")
        .Chinese("先提到{first:quoted}，再提到{second:quoted}", "{first:quoted}必须出现在{second:quoted}之前", "依次使用{first:quoted}和{second:quoted}", "文中{first:quoted}要早于{second:quoted}出现", "{second:quoted}需在{first:quoted}之后出现，两者都要用到", "请先写{first:quoted}，后写{second:quoted}", "按先{first:quoted}后{second:quoted}的顺序提及两者");

    public override Verdict Check(Constraint constraint, Response response)
    {
        (string first, string second) = (constraint.Arguments.Text("first"), constraint.Arguments.Text("second"));
        int one = Terms.Next(response.Text, first, 0), two = Terms.Next(response.Text, second, 0);
        if (one < 0 || two < 0)
            return new(Outcome.Violated, $"\"{(one < 0 ? first : second)}\" does not stand in the answer");
        return Verdict.Of(one < two, one < two ? $"\"{first}\" stands before \"{second}\"" : $"\"{second}\" stands before \"{first}\", not behind it", new TextSpan(Math.Min(one, two), one < two ? first.Length : second.Length));
    }

    public override Constraint Draw(SamplingContext context)
    {
        string[] words = TermParts.DrawWords([.. context.Words.Where(w => context.Words.All(o => o == w || !Terms.Holds(o, w)))], 2, context.Random);
        return words.Length == 2 ? Make(words[0], words[1]) : Make(context.Words[0], context.OtherWords[0]);
    }

    /// <summary>The other order.</summary>
    public override Constraint Contradict(Constraint constraint, SamplingContext context) => Make(constraint.Arguments.Text("second"), constraint.Arguments.Text("first"));

    public override IEnumerable<string> MustContain(Constraint constraint) => [constraint.Arguments.Text("first"), constraint.Arguments.Text("second")];

    protected override string? Refuse(Arguments arguments) =>
        string.Equals(arguments.Text("first"), arguments.Text("second"), StringComparison.OrdinalIgnoreCase) ? "first and second are the same word" : null;

    private Constraint Make(string first, string second) => new(this, Arguments.Of(("first", first), ("second", second)));
}
