using TraceFast.Constraints.Templates;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Tests;

public class StatementsTests
{
    [Theory]
    [InlineData(1L, null, "Write at least 1 word")]
    [InlineData(30L, null, "Write at least 30 words")]
    [InlineData(null, 9L, "Keep it under 10 words")]
    [InlineData(5L, 9L, "Write between 5 and 9 words")]
    [InlineData(5L, 5L, "Write exactly 5 words")]
    public void A_range_is_said_by_its_shape(long? min, long? max, string expected)
    {
        Constraint constraint = Counts.Words.Of(new(min, max));
        Assert.Equal(expected, Statements.Render(constraint, Language.English, 0));
        Assert.Equal(constraint, Statements.Parse(expected, Language.English));
        Assert.Equal(constraint, Statements.Parse(expected.ToUpperInvariant() + ".", Language.English));
    }

    [Fact]
    public void A_scope_is_named()
    {
        Constraint constraint = Counts.Words.Of(CountRange.AtMost(5), Scope.Title);
        Assert.Equal("The title must not have more than 5 words", Statements.Render(constraint, Language.English, 0));
    }

    [Theory]
    [InlineData("", Language.English)]
    [InlineData("Write at least 99999999999999999999 words", Language.English)]
    [InlineData("Write at least thirty words", Language.English)]
    [InlineData("Write at least 5 words and 3 sentences", Language.English)]
    [InlineData("Write between 9 and 5 words", Language.English)]
    [InlineData("Include the word \"", Language.English)]
    [InlineData("字数不少于五十字左右", Language.Chinese)]
    [InlineData("必须包含“”", Language.Chinese)]
    public void What_no_template_states_is_not_parsed(string text, Language language) => Assert.Null(Statements.Parse(text, language));

    [Theory]
    [InlineData("Include the words \"sea\", \"sky\" and \"sun and moon\"", "sea|sky|sun and moon", Language.English)]
    [InlineData("必须包含“海”、“天”和“日和月”", "海|天|日和月", Language.Chinese)]
    [InlineData("必须包含「海」，'天'与\"日\"。", "海|天|日", Language.Chinese)]
    [InlineData("关键词：海、天、日", "海|天|日", Language.Chinese)]
    public void Lists_are_read_in_any_marks(string text, string words, Language language)
    {
        Constraint? read = Statements.Parse(text, language);
        Assert.NotNull(read);
        Assert.Equal(words, string.Join('|', Assert.IsType<Keywords>(read).Words));
    }

    [Fact]
    public void A_text_that_holds_quotation_marks_is_put_in_others()
    {
        Constraint constraint = new Keywords(["a \"b\""]);
        string text = Statements.Render(constraint, Language.English, 0);
        Assert.Equal("Include the word “a \"b\"”", text);
        Assert.Equal(constraint, Statements.Parse(text, Language.English));
    }

    [Fact]
    public void None_is_said_as_none()
    {
        Constraint constraint = Counts.Items.Of(CountRange.None);
        Assert.Equal("Do not use any list items", Statements.Render(constraint, Language.English, 0));
        Assert.Equal("不要使用任何列表", Statements.Render(constraint, Language.Chinese, 0));
        Assert.Equal(constraint, Statements.Parse("不要使用任何列表", Language.Chinese));
    }

    [Fact]
    public void Numbers_have_words()
    {
        Constraint constraint = Counts.Sentences.Of(CountRange.Exactly(12));
        Assert.Contains(
            "Your answer must have exactly twelve sentences",
            Statements.Fitting(constraint, Language.English).Select(t => t.Render(constraint)));
        Assert.Contains("回答必须恰好有十二句话", Statements.Fitting(constraint, Language.Chinese).Select(t => t.Render(constraint)));
        Constraint two = Counts.Sentences.Of(CountRange.Exactly(2));
        Assert.Equal(two, Statements.Parse("回答必须恰好有二句话", Language.Chinese));
        Assert.Equal(two, Statements.Parse("回答必须恰好有两句话", Language.Chinese));
    }

    /// <summary>What a template renders, it parses; and each type can state whatever it samples, and what conflicts with that.</summary>
    [Fact]
    public void Every_template_is_parsed_back()
    {
        List<string> wrong = [];
        int read = 0;
        foreach (ConstraintType type in ConstraintTypes.All)
        {
            foreach (Language language in type.Languages)
            {
                SeededRandom random = new(7);
                SamplingContext context = Samples.Context(random, language);
                for (int n = 0; n < 100; n++)
                {
                    Constraint constraint = type.Sample(context);
                    if (type.IsRuleChecked && n % 2 == 1)
                        constraint = constraint.SampleConflicting(context);
                    IReadOnlyList<Template> fitting = Statements.Fitting(constraint, language);
                    if (fitting.Count == 0)
                        wrong.Add($"{constraint} cannot be said in {language}");
                    foreach (Template template in fitting)
                    {
                        string text = template.Render(constraint)!;
                        read++;
                        if (template.Parse(text) is not { } back || !back.Equals(constraint))
                            wrong.Add($"\"{text}\" says {constraint}, read as {template.Parse(text)}");
                    }
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct().Take(30)));
        Assert.True(read > 0);
    }
}
