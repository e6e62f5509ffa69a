using System.Buffers;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Content;

/// <summary>no_digits{}: no Arabic digit anywhere, in list numbers neither; half-width and full-width.</summary>
public sealed class NoDigitsSort : Sort
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789０１２３４５６７８９");

    public override string Name => "no_digits";

    public override Category Kind => Category.Numeric;

    public override IReadOnlyList<Parameter> Parameters { get; } = [];

    public override IReadOnlySet<string> ConflictsWith { get; } = new HashSet<string> { "number_count", "number_precision", "numbered_list", "numbering_style", "date_format", "citation_marks", "reference_list" };

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Do not use any digits", "Write without numerals; spell every number out in words", "No digits are allowed in the answer", "Your response must not contain any digit from 0 to 9",
            "Avoid digits entirely", "Spell out all numbers instead of using figures", "The text should be free of Arabic numerals")
        .Chinese("不要使用任何阿拉伯数字", "文中不得出现阿拉伯数字", "回答中禁止使用数字符号0到9", "所有数目都用汉字书写，不用阿拉伯数字", "请避免使用阿拉伯数字", "全文不能含有阿拉伯数字", "数字一律写成汉字");

    public override Verdict Check(Constraint constraint, Response response)
    {
        int at = response.Text.AsSpan().IndexOfAny(Digits);
        return at < 0 ? new(Outcome.Obeyed, "no digit stands in the answer") : new(Outcome.Violated, $"the digit {response.Text[at]} stands in the answer, where none may", new TextSpan(at, 1));
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.None);

    /// <summary>A number of numbers to include.</summary>
    public override Constraint Contradict(Constraint constraint, SamplingContext context) => new(Sorts.Get("number_count"), Arguments.Of(("min", context.Random.Between(1, 3))));

    public override bool Conflicts(Constraint own, Constraint other) =>
        base.Conflicts(own, other) || other.Sort.MustContain(other).Any(t => t.AsSpan().ContainsAny(Digits));
}
