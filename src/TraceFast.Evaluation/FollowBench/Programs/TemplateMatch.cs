using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.FollowBench.Programs;

/// <summary>Whether an answer has a template's form as a whole: {answer} (and a literal .*) stands for any text without a line break, {{ and }} for braces.</summary>
public static class TemplateMatch
{
    public static bool Matches(string template, string answer)
    {
        string pattern = template.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal).Replace("{answer}", ".*", StringComparison.Ordinal);
        string whole = string.Join(".*", pattern.Split(".*").Select(Regex.Escape));
        return Regex.IsMatch(answer, $@"\A(?:{whole})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }
}
