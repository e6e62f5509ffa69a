using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Content;

/// <summary>
/// number_precision{decimals}: every number with a decimal point has that many digits behind it, and at least one number has; 0: there are numbers and all are whole.
/// Whole numbers may stand beside decimal ones (years, counts).
/// </summary>
public sealed class NumberPrecisionSort : Sort
{
    public override string Name => "number_precision";

    public override Category Kind => Category.Numeric;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("decimals", ParameterType.Integer)];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Give decimal numbers with exactly {decimals} {decimals?decimal place:decimal places}", "Round every decimal figure to {decimals} {decimals?decimal place:decimal places}",
            "Decimal values must have {decimals:words} {decimals?digit:digits} after the decimal point", "Use {decimals:words} {decimals?decimal:decimals} for every figure that is not whole",
            "State figures to {decimals} {decimals?decimal:decimals}", "All decimals should be kept to {decimals} {decimals?place:places}")
        .EnglishWhen("decimals=0", "Round every figure to a whole number", "Use whole numbers only, and at least one of them", "Give figures without decimals", "All figures must be integers", "No figure may have decimals",
            "State figures as whole numbers")
        .Chinese("小数保留{decimals:words}位", "数值保留{decimals:words}位小数", "结果精确到小数点后{decimals:words}位", "数字需保留小数点后{decimals}位", "所有小数都写到{decimals}位", "带小数的数值一律保留{decimals}位小数")
        .ChineseWhen("decimals=0", "数值取整数", "文中的数值只用整数", "结果四舍五入为整数", "数字不带小数", "所有数值都写成整数", "数值不保留小数");

    public override Verdict Check(Constraint constraint, Response response)
    {
        long asked = constraint.Arguments.Integer("decimals");
        int fitting = 0;
        foreach (TextSpan place in Numbers.Find(response, response.Whole))
        {
            int? decimals = Numbers.Decimals(response.Span(place));
            if (decimals is { } found && found != asked && found != 0)
                return new(Outcome.Violated, $"{response.Span(place)} has {found} digits behind the point, not {asked}", place);
            if (decimals == asked)
                fitting++;
        }

        return Verdict.Of(fitting > 0, $"{fitting} numbers have {asked} digits behind the point");
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.Of(("decimals", context.Random.Between(1, 3))));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        int other = context.Random.Between(1, 2);
        return new(this, Arguments.Of(("decimals", other < constraint.Arguments.Integer("decimals") ? other : other + 1)));
    }

    protected override string? Refuse(Arguments arguments) => arguments.Integer("decimals") is < 0 or > 15 ? "decimals lie between 0 and 15" : null;
}
