using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Content;

/// <summary>number_count{min,max}: numbers in digits, as <see cref="Numbers"/> finds them.</summary>
public sealed class NumberCountSort : CountSort
{
    public override string Name => "number_count";

    public override Category Kind => Category.Numeric;

    protected override CountUnit Unit { get; } = new("number written in digits", "numbers written in digits", "个阿拉伯数字写的数", "用阿拉伯数字写的数的个数", "用阿拉伯数字写的数", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place) => Numbers.Find(response, place).Count;

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 4, 1);
}
