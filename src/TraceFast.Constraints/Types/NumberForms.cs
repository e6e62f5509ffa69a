using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>Numbers that the writer makes up.</summary>
internal static class NumberText
{
    public static string Whole(SeededRandom random) => random.Between(2, 60).ToString(CultureInfo.InvariantCulture);
}

/// <summary>No Arabic digit anywhere, in list numbers neither; half-width and full-width.</summary>
public sealed record NoDigits() : Constraint(Scope.Whole)
{
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789０１２３４５６７８９");

    public static readonly ConstraintType Definition =
        new("no_digits", Category.Numeric, typeof(NoDigits), _ => new NoDigits()) { Owns = Aspects.Digits, Needs = Aspects.Prose };

    public override Verdict Check(Response response)
    {
        int at = response.Text.AsSpan().IndexOfAny(s_digits);
        return at < 0 ? new(Outcome.Obeyed, "no digit is in the answer")
            : new(Outcome.Violated, $"the digit {response.Text[at]} is in the answer, where none may be", new TextSpan(at, 1));
    }

    public override bool Apply(Draft draft) => draft.Refuse(Forbids);

    /// <summary>A number of numbers to include.</summary>
    public override Constraint SampleConflicting(SamplingContext context) =>
        Counts.Numbers.Of(CountRange.AtLeast(context.Random.Between(1, 3)));

    public override bool Forbids(string text) => text.AsSpan().ContainsAny(s_digits);
}

/// <summary>
/// Every number with a decimal point has that many digits after it, and at least one number has; 0: there are numbers and all are whole.
/// Whole numbers may be next to decimal ones (years, counts).
/// </summary>
public sealed record NumberPrecision(int Decimals) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("number_precision", Category.Numeric, typeof(NumberPrecision), context => new NumberPrecision(context.Random.Between(1, 3)))
    { Owns = Aspects.Decimals, Needs = Aspects.Digits, Marks = "." };

    public override Verdict Check(Response response)
    {
        int fitting = 0;
        foreach (TextSpan span in Text.Numbers.Find(response, response.Whole))
        {
            int? decimals = Text.Numbers.Decimals(response.Span(span));
            if (decimals is { } found && found != Decimals && found != 0)
                return new(Outcome.Violated, $"{response.Span(span)} has {found} digits after the point, not {Decimals}", span);
            if (decimals == Decimals)
                fitting++;
        }

        return Verdict.Of(fitting > 0, $"{fitting} numbers have {Decimals} digits after the point");
    }

    public override bool Apply(Draft draft)
    {
        const int MaxDecimals = 4;
        if (Decimals == 0)
            return draft.AddSpecial("number", CountRange.AtLeast(1), value: () => NumberText.Whole(draft.Random));
        return Decimals <= MaxDecimals && draft.AddSpecial("number", CountRange.AtLeast(1), "decimal", () =>
            (draft.Random.Between(1, 9) + draft.Random.Below(1000) / 1000.0).ToString("F" + Decimals, CultureInfo.InvariantCulture));
    }

    public override Constraint SampleConflicting(SamplingContext context)
    {
        int other = context.Random.Between(1, 2);
        return new NumberPrecision(other < Decimals ? other : other + 1);
    }

    protected override string? Validate() => Decimals is < 0 or > 15 ? "decimals are between 0 and 15" : null;
}

/// <summary>
/// There is a number of the style, and none of another. thousands_comma: 12,345; every number of five digits and more has its commas, one
/// of four (a year) may lack it. percent: % after each number. currency: $ € £ ¥ ￥ ₹ before each number or 元, dollars, USD and the like
/// after it.
/// </summary>
public sealed record NumberFormat(string Style) : Constraint(Scope.Whole)
{
    private const string Thousands = "thousands_comma", Percent = "percent", Currency = "currency", Signs = "$€£¥￥₹";

    private static readonly string[] s_styles = [Thousands, Percent, Currency];

    public static readonly ConstraintType Definition =
        new("number_format", Category.Template, typeof(NumberFormat), context => new NumberFormat(context.Random.Pick(s_styles)),
        ("style", s_styles))
    { Owns = Aspects.NumberForm, Needs = Aspects.Prose | Aspects.Digits | Aspects.Decimals, Marks = ",%$" };

    public override Verdict Check(Response response)
    {
        int count = 0;
        foreach (TextSpan span in Text.Numbers.Find(response, response.Whole))
        {
            bool? fits = Style switch
            {
                Thousands => IsGrouped(response.Span(span)),
                Percent => response.Text.AsSpan(span.Start + span.Length).TrimStart(' ') is ['%' or '％', ..],
                _ => HasCurrency(response.Text, span),
            };
            if (fits == false)
                return new(Outcome.Violated, $"{response.Span(span)} is not written as {Style}", span);
            count += fits == true ? 1 : 0;
        }

        return Verdict.Of(count > 0, $"{count} numbers are written as {Style}");
    }

    public override bool Apply(Draft draft) => Style switch
    {
        Thousands => Add(draft, "amount", r => (r.Between(12, 980) * 100).ToString("N0", CultureInfo.InvariantCulture)),
        Percent => Add(draft, "percent", r => r.Between(11, 89).ToString(CultureInfo.InvariantCulture) + "%"),
        _ => Add(draft, "money", r => r.Between(3, 95).ToString(CultureInfo.InvariantCulture)),
    };

    private static bool Add(Draft draft, string kind, Func<SeededRandom, string> write) =>
        draft.AddSpecial("number", CountRange.AtLeast(1), kind, () => write(draft.Random));

    public override Constraint SampleConflicting(SamplingContext context) => Style switch
    {
        Thousands => new ForbiddenPunctuation([","]),
        Percent => new ForbiddenPunctuation(["%"]),
        _ => new NoDigits(),
    };

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
        ReadOnlySpan<char> after = text.AsSpan(number.Start + number.Length);
        if (after is [' ', ..])
            after = after[1..];
        if (after.Length > 0 && Signs.Contains(after[0]))
            return true;
        foreach (string unit in WordLists.Of(Language.English, "currency units"))
        {
            if (after.StartsWith(unit, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}

/// <summary>
/// The answer has a date, and every date in it is written like this. Dates are years with month and day, in digits or with an English
/// month; 03/04/2024 is in both slashed formats. It conflicts with a format that no date shares with it.
/// </summary>
public sealed partial record DateFormat(string Format) : Constraint(Scope.Whole)
{
    private const string Iso = "YYYY-MM-DD", DayFirst = "DD/MM/YYYY", MonthFirst = "MM/DD/YYYY", Chinese = "YYYY年M月D日",
        English = "Month D, YYYY";

    private static readonly string[] s_formats = [Iso, DayFirst, MonthFirst, Chinese, English];

    public static readonly ConstraintType Definition =
        new("date_format", Category.Template, typeof(DateFormat), Sample, ("format", s_formats))
    { Needs = Aspects.Digits | Aspects.NumberTotal | Aspects.NumberForm | Aspects.Decimals, Marks = ",-" };

    public override Verdict Check(Response response)
    {
        int dates = 0;
        if (response.Text.AsSpan().ContainsAnyInRange('0', '9'))
        {
            foreach (ValueMatch match in Dates().EnumerateMatches(response.Text))
            {
                dates++;
                ReadOnlySpan<char> date = response.Text.AsSpan(match.Index, match.Length);
                if (!IsInFormat(date))
                    return new(Outcome.Violated, $"the date {date} is not in the format {Format}", new TextSpan(match.Index, match.Length));
            }
        }

        return Verdict.Of(dates > 0, dates > 0 ? $"{dates} dates are in the format {Format}" : "the answer has no date");
    }

    public override bool Apply(Draft draft) =>
        (Format == Iso || !draft.IsBilingual && FitsLanguage(Format, draft.Language)) && draft.KeepCase()
        && draft.AddSpecial("date", CountRange.Exactly(1), value: () =>
    {
        int year = draft.Random.Between(2001, 2025), month = draft.Random.Between(1, 12), day = draft.Random.Between(1, 28);
        return Format switch
        {
            DayFirst => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(day, 13):00}/{month:00}/{year}"),
            MonthFirst => string.Create(CultureInfo.InvariantCulture, $"{month:00}/{Math.Max(day, 13):00}/{year}"),
            Chinese => string.Create(CultureInfo.InvariantCulture, $"{year}年{month}月{day}日"),
            English => string.Create(CultureInfo.InvariantCulture,
                $"{CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(month)} {day}, {year}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{year}-{month:00}-{day:00}"),
        };
    });

    public override Constraint SampleConflicting(SamplingContext context)
    {
        bool slashed = Format is DayFirst or MonthFirst;
        return new DateFormat(context.SampleOther(s_formats, f => f != Format && !(slashed && f is DayFirst or MonthFirst)
            && FitsLanguage(f, context.Language)));
    }

    private static DateFormat Sample(SamplingContext context) =>
        new(context.SampleOther(s_formats, f => FitsLanguage(f, context.Language)));

    private static bool FitsLanguage(string format, Language language) =>
        format is Iso || format == (language == Language.Chinese ? Chinese : English)
            || language == Language.English && format is DayFirst or MonthFirst;

    private bool IsInFormat(ReadOnlySpan<char> date) => Format switch
    {
        Iso => date.Length == 10 && date[4] == '-' && date[7] == '-',
        DayFirst => IsSlashed(date) && Two(date, 0) <= 31 && Two(date, 3) <= 12,
        MonthFirst => IsSlashed(date) && Two(date, 0) <= 12 && Two(date, 3) <= 31,
        Chinese => date[^1] == '日' && date[5] != '0' && date[date.IndexOf('月') + 1] != '0',
        _ => char.IsLetter(date[0]) && date[^6] == ',' && date[^5] == ' ' && Months().IsMatch(date),
    };

    private static bool IsSlashed(ReadOnlySpan<char> date) =>
        date.Length == 10 && date[2] == '/' && date[5] == '/' && Two(date, 0) > 0 && Two(date, 3) > 0;

    private static int Two(ReadOnlySpan<char> date, int at) => (date[at] - '0') * 10 + date[at + 1] - '0';

    /// <summary>Years of four digits first or last, parted by - / . or 年月日; English months before or after the day.</summary>
    [GeneratedRegex(
        @"(?<![0-9])(?:[12][0-9]{3}([-/.])[0-9]{1,2}\1[0-9]{1,2}(?![0-9])|"
        + @"[0-9]{1,2}([-/.])[0-9]{1,2}\2[12][0-9]{3}(?![0-9])|[12][0-9]{3}年[0-9]{1,2}月[0-9]{1,2}日)"
        + @"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? [0-9]{1,2}(?:st|nd|rd|th)?,? ?[12][0-9]{3}\b"
        + @"|\b[0-9]{1,2}(?:st|nd|rd|th)? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?,? [12][0-9]{3}\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Dates();

    [GeneratedRegex(@"^(?:January|February|March|April|May|June|July|August|September|October|November|December) [1-9][0-9]?, [0-9]{4}$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Months();
}

/// <summary>
/// No e-mail address, web address, telephone number or number of a person or card, as <see cref="ContactDetails"/> finds them. It conflicts
/// with an e-mail address as a keyword.
/// </summary>
public sealed record NoContactDetails() : Constraint(Scope.Whole)
{
    private static readonly string[] s_names = ["help", "info", "office", "team", "contact", "hello"],
        s_hosts = ["example.com", "example.org", "example.net"];

    public static readonly ConstraintType Definition =
        new("no_contact_details", Category.Privacy, typeof(NoContactDetails), _ => new NoContactDetails()) { Owns = Aspects.Contacts };

    public override Verdict Check(Response response) => ContactDetails.Find(response.Text) is { } span
        ? new(Outcome.Violated, $"\"{response.Span(span)}\" is a contact detail, where none may be", span)
        : new(Outcome.Obeyed, "no e-mail address, web address, telephone or identity number found");

    public override bool Apply(Draft draft) => true;

    public override Constraint SampleConflicting(SamplingContext context) =>
        new Keywords([$"{context.Random.Pick(s_names)}@{context.Random.Pick(s_hosts)}"]);

    public override bool Forbids(string text) => ContactDetails.Find(text) is not null;
}
