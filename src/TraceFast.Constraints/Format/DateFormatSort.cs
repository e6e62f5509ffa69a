using System.Text.RegularExpressions;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>
/// date_format{format}: the answer has a date, and every date in it is written like this. Dates are years with month and day, in digits or with an English month; 03/04/2024 is in both
/// slashed formats. Contradicted by a format that no date shares with it.
/// </summary>
public sealed partial class DateFormatSort : Sort
{
    private const string Iso = "YYYY-MM-DD", DayFirst = "DD/MM/YYYY", MonthFirst = "MM/DD/YYYY", Chinese = "YYYY年M月D日", English = "Month D, YYYY";

    private static readonly string[] Formats = [Iso, DayFirst, MonthFirst, Chinese, English];

    public override string Name => "date_format";

    public override Category Kind => Category.Template;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("format", ParameterType.Text, Values: Formats)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set("no_digits", "number_count", "number_precision");

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Write every date in the format {format}", "Dates must be given as {format}", "Use the date format {format} and mention at least one date", "Include a date, and write it as {format}", "All dates in the answer should follow the pattern {format}",
            "Give dates in {format} form only")
        .Chinese("日期格式为{format}", "所有日期须按{format}的格式书写", "请至少写出一个日期，并采用{format}格式", "文中的日期一律写成{format}", "日期请使用{format}的形式", "出现的每个日期都要符合{format}格式");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string format = constraint.Arguments.Text("format");
        int dates = 0;
        if (response.Text.AsSpan().ContainsAnyInRange('0', '9'))
        {
            foreach (ValueMatch match in Dates().EnumerateMatches(response.Text))
            {
                dates++;
                if (!Is(response.Text.AsSpan(match.Index, match.Length), format))
                    return new(Outcome.Violated, $"the date {response.Text.AsSpan(match.Index, match.Length)} is not in the format {format}", new TextSpan(match.Index, match.Length));
            }
        }

        return Verdict.Of(dates > 0, dates > 0 ? $"{dates} dates are in the format {format}" : "the answer has no date");
    }

    public override Constraint Draw(SamplingContext context) => Make(Drawn.Other(context.Random, Formats, f => FitsLanguage(f, context.Language)));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string format = constraint.Arguments.Text("format");
        bool slashed = format is DayFirst or MonthFirst;
        return Make(Drawn.Other(context.Random, Formats, f => f != format && !(slashed && f is DayFirst or MonthFirst) && FitsLanguage(f, context.Language)));
    }

    private static bool FitsLanguage(string format, Language language) => format is Iso || format == (language == Language.Chinese ? Chinese : English) || language == Language.English && format is DayFirst or MonthFirst;

    private static bool Is(ReadOnlySpan<char> date, string format) => format switch
    {
        Iso => date.Length == 10 && date[4] == '-' && date[7] == '-',
        DayFirst => IsSlashed(date) && Two(date, 0) <= 31 && Two(date, 3) <= 12,
        MonthFirst => IsSlashed(date) && Two(date, 0) <= 12 && Two(date, 3) <= 31,
        Chinese => date[^1] == '日' && date[5] != '0' && date[date.IndexOf('月') + 1] != '0',
        _ => char.IsLetter(date[0]) && date[^6] == ',' && date[^5] == ' ' && Months().IsMatch(date),
    };

    private static bool IsSlashed(ReadOnlySpan<char> date) => date.Length == 10 && date[2] == '/' && date[5] == '/' && Two(date, 0) > 0 && Two(date, 3) > 0;

    private static int Two(ReadOnlySpan<char> date, int at) => (date[at] - '0') * 10 + date[at + 1] - '0';

    private Constraint Make(string format) => new(this, Arguments.Of(("format", format)));

    /// <summary>Years of four digits first or last, parted by - / . or 年月日; English months before or behind the day.</summary>
    [GeneratedRegex(
        @"(?<![0-9])(?:[12][0-9]{3}([-/.])[0-9]{1,2}\1[0-9]{1,2}(?![0-9])|[0-9]{1,2}([-/.])[0-9]{1,2}\2[12][0-9]{3}(?![0-9])|[12][0-9]{3}年[0-9]{1,2}月[0-9]{1,2}日)"
        + @"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? [0-9]{1,2}(?:st|nd|rd|th)?,? ?[12][0-9]{3}\b|\b[0-9]{1,2}(?:st|nd|rd|th)? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?,? [12][0-9]{3}\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Dates();

    [GeneratedRegex(@"^(?:January|February|March|April|May|June|July|August|September|October|November|December) [1-9][0-9]?, [0-9]{4}$", RegexOptions.CultureInvariant)]
    private static partial Regex Months();
}
