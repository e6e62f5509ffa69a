using System.Text;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests.Properties;

/// <summary>
/// Texts made of what two constraints speak about, in every form that a rule could read: they obey one or the other often, and would obey
/// both if any text could.
/// </summary>
internal static class NearAnswers
{
    private static readonly string[] s_english =
        ["The river is long.",
            "It runs through the garden", "Is it deep?", "Yes!", "A teacher saw it, and so did we.", "Take 3 cups (or 4.50).", "TEA",
            "Tea and bread", "alpha beta gamma", "peter picked peppers.", "Old pond here", "2024-03-05", "March 5, 2024"];

    private static readonly string[] s_chinese = [
        "河流很长。", "它穿过花园", "深吗？", "是的！", "老师看见了，我们也看见了。", "取3杯（或4.50杯）。", "白日依山尽", "黄河入海流", "茶", "2024年3月5日"];

    private static readonly string[] s_lines =
    [
        "# @", "## @", "### @", "- @", "  - @", "    - @", "* @", "• @", "+ @", "1. @", "2. @", "1) @", "(1) @", "① @", "一、@", "A. @",
        "Step 1: @", "**@**", "*@*", "@", "@", "@", "@: @", "@：@", "@ - @", "@ -> @", "@ | @", "@ = @", "@——@", "> @", "<<@>>", "《@》",
        "“@”", "\"@\"", "`@`",
        "```\n@\n```", "```@\n@\n```", "| @ | @ |\n|---|---|\n| @ | @ |", "| @ | @ |\n|---|---|\n| @ | @ |\n| @ | @ |\n| @ | @ |",
        "@,@\n@,@", "{\"@\": 1, \"@\": 2}", "[1, 2, 3]", "[1]", "<@>@</@>", "<@>", "</@>", "[@]", "@ [1]", "(@, 2020)", "[@](http://a.b)",
        "References\n[1] @", "参考文献\n[1] @\n[2] @", "P.S. @", "附言：@", "@ 😀", "***", "---", "@",
    ];

    public static string Build(SeededRandom random, Language language, Constraint one, Constraint other)
    {
        List<string> asked = [.. TextsOf(one), .. TextsOf(other)];
        string[] neutral = language == Language.Chinese ? s_chinese : s_english;
        if (random.Chance(0.2) && asked.Count > 1)
            return Whole(random, asked);
        StringBuilder text = new();
        int kinds = random.Between(1, 4), from = random.Below(s_lines.Length);
        for (int n = random.Between(1, 8); n > 0; n--)
        {
            string line = random.Chance(0.3) ? random.Pick(s_lines) : s_lines[(from + random.Below(kinds) * 7) % s_lines.Length];
            foreach (char c in line)
            {
                if (c == '@')
                    text.Append(Piece(random, asked, neutral));
                else
                    text.Append(c);
            }

            text.Append(random.Pick(["\n", "\n\n", "\n", " "]));
        }

        return text.ToString();
    }

    /// <summary>Data that is the whole answer, with all the texts in order.</summary>
    private static string Whole(SeededRandom random, List<string> asked)
    {
        List<string> some = asked[..random.Between(1, asked.Count)];
        return random.Below(6) switch
        {
            0 => "{" + string.Join(", ", some.Distinct().Select(t => System.Text.Json.JsonSerializer.Serialize(t) + ": 1")) + "}",
            1 => "[" + string.Join(", ", some.Select(t => System.Text.Json.JsonSerializer.Serialize(t))) + "]",
            2 => string.Join(',', some) + "\n" + string.Join(',', some),
            3 => $"<{some[0]}>\n{string.Join(' ', some)}\n</{some[0]}>",
            4 => string.Concat(some.Select(t => $"**{t}:** text\n")),
            _ => string.Concat(some.Select(t => $"## {t}\n\ntext\n\n")),
        };
    }

    private static string Piece(SeededRandom random, List<string> asked, string[] neutral)
    {
        if (asked.Count > 0 && random.Chance(0.5))
            return random.Chance(0.3) ? random.Pick(asked) + random.Pick(neutral) + random.Pick(asked) : random.Pick(asked);
        return random.Chance(0.5) ? random.Pick(neutral) + " " + random.Pick(neutral) : random.Pick(neutral);
    }

    private static IEnumerable<string> TextsOf(Constraint constraint)
    {
        foreach ((_, object value) in constraint.Type.ValuesOf(constraint))
        {
            if (value is string text)
                yield return text;
            else if (value is TextList texts)
            {
                foreach (string one in texts)
                    yield return one;
            }
        }
    }
}
