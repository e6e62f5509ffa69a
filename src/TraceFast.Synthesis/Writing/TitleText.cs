using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Titles: with the words, the length, the case that is asked for, in a form that the rest of the answer leaves free.</summary>
internal static class TitleText
{
    private const int Tries = 60;

    /// <returns>The line with its marks; null: none was found.</returns>
    public static string? Write(Plan plan, Composer composer, SeededRandom random)
    {
        Language language = plan.TitleLanguage ?? plan.TextLanguage;
        CountRange length = plan.Lengths.GetValueOrDefault(Scope.Title);
        List<string> words = [.. plan.Keywords.Where(k => k.Scope == Scope.Title).Select(k => k.Word)];
        List<string> forbidden = [.. plan.Forbidden.Where(f => f.Scope is Scope.Title or Scope.Whole).Select(f => f.Word), .. plan.Frequencies.Select(f => f.Word), .. plan.Orders.SelectMany(o => new[] { o.First, o.Second })];
        forbidden.RemoveAll(words.Contains);
        for (int n = 0; n < Tries; n++)
        {
            string title = plan.ExactTitle ?? composer.Fill(words.Count > 0 || n % 3 == 1 ? "title word" : "title", language, words);
            if (plan.ExactTitle is null && (!length.Contains(Lengths.Of(title, plan.Unit)) || Composer.Holds(title, forbidden) || plan.ForbiddenMarks.Concat(plan.ForbiddenTitleMarks).Any(m => title.Contains(m, StringComparison.Ordinal))))
                continue;
            title += Signs(plan, random);
            return Marked(Cased(title, plan.TitleCase), plan, random);
        }

        return null;
    }

    /// <summary>Exclamation marks and emojis that the title is asked to have.</summary>
    private static string Signs(Plan plan, SeededRandom random)
    {
        int marks = plan.Exclamations.Scope == Scope.Title ? plan.Exclamations.Range.DrawAsked(random, 0) : 0;
        int faces = plan.Emoji.Scope == Scope.Title ? plan.Emoji.Range.DrawAsked(random, 0) : 0;
        string signs = new(plan.TextLanguage == Language.Chinese ? '！' : '!', marks);
        for (int n = 0; n < faces; n++)
            signs += (plan.TextLanguage == Language.English ? " " : "") + Features.Face(random);
        return signs;
    }

    private static string Cased(string title, string? asked) => asked switch
    {
        "upper" => title.ToUpperInvariant(),
        "lower" => title.ToLowerInvariant(),
        "title" => string.Join(' ', title.Split(' ').Select(Capitals.First)),
        _ => title,
    };

    private static string Marked(string title, Plan plan, SeededRandom random)
    {
        if (plan.BracketTitle)
            return plan.TextLanguage == Language.Chinese ? $"《{title}》" : $"<<{title}>>";
        bool hash = !plan.Headings.IsAsked() && !plan.HeadingDepth.IsAsked() && plan.SectionHeadings is null && !plan.ForbiddenMarks.Contains("#");
        bool bold = !plan.Bold.IsAsked() && !plan.Italic.IsAsked() && !plan.ForbiddenMarks.Contains("*");
        bool signed = !char.IsLetterOrDigit(title[^1]); // not known as a title by its look alone
        return random.Below(10) switch
        {
            < 6 when hash => "# " + title,
            < 8 when bold => $"**{title}**",
            _ when signed && hash => "# " + title,
            _ => title,
        };
    }
}
