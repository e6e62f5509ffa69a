using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>The marks of a list's items, one after the other, with the indentation of nested ones.</summary>
internal sealed class ListMarks
{
    private static readonly string[] Chinese = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

    private readonly Plan _plan;
    private readonly string _bullet;
    private readonly string? _style;
    private int _item, _top;

    public ListMarks(Plan plan, SeededRandom random)
    {
        _plan = plan;
        bool numbered = plan.Numbered || plan.NumberingStyle is not null || !plan.Bulleted && !plan.NoDigits && !plan.Numbers.IsAsked() && plan.Decimals is null && random.Chance(0.4);
        _style = numbered ? plan.NumberingStyle ?? "1." : null;
        _bullet = plan.BulletMark ?? ((random.Chance(0.8) || plan.ForbiddenMarks.Contains("*")) && !plan.ForbiddenMarks.Contains("-") ? "-" : "*");
    }

    /// <summary>The mark of the next item, with its blank.</summary>
    public string Next(int items)
    {
        int n = _item++;
        int depth = DepthOf(n, items);
        if (depth > 0)
            return new string(' ', depth * (_style is null ? 2 : 3)) + (_style is null ? _bullet : "-") + " ";
        int number = ++_top;
        return _style is null ? _bullet + " " : Numbered(number);
    }

    /// <summary>The first items go down to the deepest level, then all start again.</summary>
    private int DepthOf(int item, int items)
    {
        if (_plan.ListDepth == 1)
            return 0;
        int round = Math.Min(_plan.ListDepth + 1, items);
        return Math.Min(item % round, _plan.ListDepth - 1);
    }

    private string Numbered(int number)
    {
        string digits = number.ToString(CultureInfo.InvariantCulture);
        return _style switch
        {
            "1)" => digits + ") ",
            "(1)" => $"({digits}) ",
            "①" => number <= 20 ? (char)('①' + number - 1) + " " : digits + ". ",
            "一、" => (number <= 10 ? Chinese[number - 1] : number < 20 ? "十" + Chinese[number - 11] : digits) + "、",
            "A." => (char)('A' + (number - 1) % 26) + ". ",
            "Step 1" => _plan.TextLanguage == Language.Chinese ? $"第{(number <= 10 ? Chinese[number - 1] : digits)}步：" : $"Step {digits}: ",
            _ => digits + ". ",
        };
    }
}
