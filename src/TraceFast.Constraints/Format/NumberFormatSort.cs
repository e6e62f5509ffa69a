using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>
/// number_format{style}: there is a number of the style, and none of another. thousands_comma: 12,345; every number of five digits and more has its commas, one of four (a year) may lack it.
/// percent: % behind each number. currency: $ € £ ¥ ￥ ₹ before each number or 元, dollars, USD and the like behind it. Contradicted by forbidding , or %, or digits.
/// </summary>
public sealed class NumberFormatSort : Sort
{
    private const string Thousands = "thousands_comma", Percent = "percent", Currency = "currency", Signs = "$€£¥￥₹";

    private static readonly string[] Units =
        ["元", "美元", "欧元", "英镑", "日元", "人民币", "港元", "块", "dollar", "euro", "pound", "yen", "yuan", "cent", "USD", "EUR", "GBP", "CNY", "RMB", "JPY"];

    public override string Name => "number_format";

    public override Category Kind => Category.Template;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("style", ParameterType.Text, Values: [Thousands, Percent, Currency])];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "no_digits", "number_precision", "date_format", "citation_marks", "reference_list"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .EnglishWhen($"style={Thousands}",
            "Write large numbers with thousands separators, as in 12,345", "Use commas to group the thousands of numbers, and give at least one such number", "Numbers from ten thousand up need commas between the thousands, and there must be one",
            "Mention a large number and separate its thousands by commas", "Group digits by threes with commas (for example 1,234,567)", "Give figures in the form 12,345")
        .EnglishWhen($"style={Percent}",
            "Give every number as a percentage", "All figures must be percentages", "Write each number with a % sign behind it", "Express all values in percent", "Numbers may only appear as percentages, and at least one must", "State every figure in the form 25%")
        .EnglishWhen($"style={Currency}",
            "Give every number as an amount of money with its currency", "All figures must carry a currency", "Write each number with a currency sign, such as $25", "Express all values as prices with a currency",
            "Numbers may only appear as sums of money, and at least one must", "State every figure with its currency")
        .ChineseWhen($"style={Thousands}", "较大的数字须使用千位分隔符，如12,345", "数字用逗号按千位分组，且至少出现一个", "一万以上的数字要加千分位逗号，并至少写出一个", "请写出一个大数并用逗号分隔千位", "数字每三位用逗号隔开（例如1,234,567）", "数值采用12,345这样的格式")
        .ChineseWhen($"style={Percent}", "所有数字都以百分数表示", "数值一律写成百分比", "每个数字后面都要带%", "数据须用百分数形式给出", "文中的数字只能是百分比，且至少有一个", "每个数值都写成25%这样的形式")
        .ChineseWhen($"style={Currency}", "所有数字都须是带货币单位的金额", "每个数值都要注明货币", "数字均写成带货币符号的形式，如￥25", "数据一律以金额形式给出，并带货币单位", "文中的数字只能是金额，且至少有一个", "每个数字都要带上货币单位");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string style = constraint.Arguments.Text("style");
        int count = 0;
        foreach (TextSpan place in Numbers.Find(response, response.Whole))
        {
            bool? fits = style switch
            {
                Thousands => IsGrouped(response.Span(place)),
                Percent => response.Text.AsSpan(place.Start + place.Length).TrimStart(' ') is ['%' or '％', ..],
                _ => HasCurrency(response.Text, place),
            };
            if (fits == false)
                return new(Outcome.Violated, $"{response.Span(place)} is not written as {style}", place);
            count += fits == true ? 1 : 0;
        }

        return Verdict.Of(count > 0, $"{count} numbers are written as {style}");
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.Of(("style", context.Random.Pick(Parameters[0].Values!))));

    public override Constraint Contradict(Constraint constraint, SamplingContext context) => constraint.Arguments.Text("style") switch
    {
        Thousands => Forbid(","),
        Percent => Forbid("%"),
        _ => new(Sorts.Get("no_digits"), Arguments.None),
    };

    private static Constraint Forbid(string mark) => new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { mark })));

    /// <summary>Null: neither needs commas nor has any.</summary>
    private static bool? IsGrouped(ReadOnlySpan<char> number)
    {
        int point = number.IndexOfAny('.', '．');
        ReadOnlySpan<char> whole = point < 0 ? number : number[..point];
        if (!whole.ContainsAny(',', '，'))
            return whole.Length > 4 ? false : null;
        int first = whole.IndexOfAny(',', '，');
        if (first > 3 || whole.Length % 4 != first % 4 || whole.Contains('，'))
            return false;
        for (int comma = first; comma < whole.Length; comma += 4)
        {
            if (whole[comma] != ',' || whole.Slice(comma + 1, 3).Contains(','))
                return false;
        }

        return true;
    }

    private static bool HasCurrency(string text, TextSpan number)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, number.Start);
        if (before is [.., ' '])
            before = before[..^1];
        if (before.Length > 0 && Signs.Contains(before[^1]))
            return true;
        ReadOnlySpan<char> behind = text.AsSpan(number.Start + number.Length);
        if (behind is [' ', ..])
            behind = behind[1..];
        if (behind.Length > 0 && Signs.Contains(behind[0]))
            return true;
        foreach (string unit in Units)
        {
            if (behind.StartsWith(unit, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
