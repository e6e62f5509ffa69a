using System.Text.Json;
using TraceFast.Data.CodePoints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.Tests.IfEval;

/// <summary>Random and hand-written patterns against Python 3.11's re (see Data/README.md).</summary>
public class PythonRegexTests
{
    [Fact]
    public void Matches_groups_and_errors_are_Pythons()
    {
        List<string> wrong = [];
        int cases = 0;
        foreach (string line in File.ReadLines(TestData.Path("python_re.jsonl")))
        {
            cases++;
            JsonElement expected = JsonElement.Parse(line);
            string pattern = expected.GetProperty("pattern").GetString()!;
            string found = Found(
                pattern, expected.GetProperty("ignore_case").GetBoolean(),
                expected.TryGetProperty("text", out JsonElement text) ? text.GetString()! : "");
            string wanted = expected.TryGetProperty("error", out _) ? "error" : JsonSerializer.Serialize(expected.GetProperty("matches"));
            if (found != wanted)
                wrong.Add($"{line}: {found}");
        }
        Assert.True(cases >= 700, $"{cases} cases");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {cases}:\n{string.Join('\n', wrong.Take(20))}");
    }

    [Fact]
    public void A_pattern_that_backtracks_without_end_is_refused_in_time()
    {
        PythonRegex regex = PythonRegex.Parse("(a+)+$");
        Assert.Throws<RegexBudgetException>(() => regex.IsMatch(new string('a', 5000) + "b"));
    }

    [Theory]
    [InlineData("(a|b)*c")]
    [InlineData("(?:a?b?)+c")]
    [InlineData(@"\w+\s?\w*")]
    public void A_long_text_needs_no_deep_stack(string pattern) =>
        Assert.True(PythonRegex.Parse(pattern).IsMatch(new string('a', 1_000_000) + "c"));

    private static string Found(string pattern, bool ignoreCase, string text)
    {
        try
        {
            PythonRegex regex = PythonRegex.Parse(pattern, ignoreCase);
            return JsonSerializer.Serialize(regex.Matches(text).Select(m => Enumerable.Range(0, regex.Groups + 1).Select(m.Span)));
        }
        catch (RegexSyntaxException)
        {
            return "error";
        }
    }
}
