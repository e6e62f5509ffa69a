using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests;

public class PhrasingTests
{
    private static readonly Sort Words = Sorts.Get("word_count");

    [Theory]
    [InlineData(1L, null, "Write at least 1 word")]
    [InlineData(30L, null, "Write at least 30 words")]
    [InlineData(null, 9L, "Keep it under 10 words")]
    [InlineData(5L, 9L, "Write between 5 and 9 words")]
    [InlineData(5L, 5L, "Write exactly 5 words")]
    public void A_range_is_said_by_its_shape(long? min, long? max, string expected)
    {
        Constraint constraint = new(Words, Arguments.Of(("min", min), ("max", max)));
        Assert.Equal(expected, Phrasing.Phrase(constraint, Language.English, 0));
        Assert.Equal(constraint, Phrasing.Read(expected, Language.English));
        Assert.Equal(constraint, Phrasing.Read(expected.ToUpperInvariant() + ".", Language.English));
    }

    [Fact]
    public void A_part_is_named()
    {
        Constraint constraint = new(Words, Arguments.Of(("max", 5)), Scope.Title);
        Assert.Equal("The title must not have more than 5 words", Phrasing.Phrase(constraint, Language.English, 0));
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
    public void What_no_wording_says_is_not_read(string text, Language language) => Assert.Null(Phrasing.Read(text, language));

    [Theory]
    [InlineData("Include the words \"sea\", \"sky\" and \"sun and moon\"", "sea|sky|sun and moon", Language.English)]
    [InlineData("必须包含“海”、“天”和“日和月”", "海|天|日和月", Language.Chinese)]
    [InlineData("必须包含「海」，'天'与\"日\"。", "海|天|日", Language.Chinese)]
    [InlineData("关键词：海、天、日", "海|天|日", Language.Chinese)]
    public void Lists_are_read_in_any_marks(string text, string words, Language language)
    {
        Constraint? read = Phrasing.Read(text, language);
        Assert.NotNull(read);
        Assert.Equal(words, string.Join('|', read.Arguments.Texts("words")));
    }

    [Fact]
    public void A_text_that_holds_quotation_marks_is_put_in_others()
    {
        Constraint constraint = new(Sorts.Get("keywords"), Arguments.Of(("words", new[] { "a \"b\"" })));
        string text = Phrasing.Phrase(constraint, Language.English, 0);
        Assert.Equal("Include the word “a \"b\"”", text);
        Assert.Equal(constraint, Phrasing.Read(text, Language.English));
    }

    [Fact]
    public void None_is_said_as_none()
    {
        Constraint constraint = new(Sorts.Get("item_count"), Arguments.Of(("max", 0)));
        Assert.Equal("Do not use any list items", Phrasing.Phrase(constraint, Language.English, 0));
        Assert.Equal("不要使用任何列表", Phrasing.Phrase(constraint, Language.Chinese, 0));
        Assert.Equal(constraint, Phrasing.Read("不要使用任何列表", Language.Chinese));
    }

    [Fact]
    public void Numbers_have_words()
    {
        Constraint constraint = new(Sorts.Get("sentence_count"), Arguments.Of(("min", 12), ("max", 12)));
        Assert.Contains("Your answer must have exactly twelve sentences", Phrasing.Fitting(constraint, Language.English).Select(w => Phrasing.Phrase(constraint, w)));
        Assert.Contains("回答必须恰好有十二句话", Phrasing.Fitting(constraint, Language.Chinese).Select(w => Phrasing.Phrase(constraint, w)));
        Constraint two = new(Sorts.Get("sentence_count"), Arguments.Of(("min", 2), ("max", 2)));
        Assert.Equal(two, Phrasing.Read("回答必须恰好有二句话", Language.Chinese));
        Assert.Equal(two, Phrasing.Read("回答必须恰好有两句话", Language.Chinese));
    }

    /// <summary>What a wording writes, the same wording reads back; and each sort can say whatever it draws and contradicts.</summary>
    [Fact]
    public void Every_wording_is_read_back()
    {
        List<string> wrong = [];
        int read = 0;
        foreach (Sort sort in Sorts.All)
        {
            foreach (Language language in sort.Languages)
            {
                SeededRandom random = new(7);
                SamplingContext context = Samples.Context(random, language);
                for (int n = 0; n < 100; n++)
                {
                    Constraint constraint = sort.Draw(context);
                    if (sort.IsExact && n % 2 == 1)
                        constraint = sort.Contradict(constraint, context);
                    IReadOnlyList<Wording> fitting = Phrasing.Fitting(constraint, language);
                    if (fitting.Count == 0)
                        wrong.Add($"{constraint} can not be said in {language}");
                    foreach (Wording wording in fitting)
                    {
                        string text = Phrasing.Phrase(constraint, wording)!;
                        read++;
                        if (Phrasing.Read(text, constraint.Sort, wording) is not { } back || !back.Equals(constraint))
                            wrong.Add($"\"{text}\" says {constraint}, read as {Phrasing.Read(text, constraint.Sort, wording)}");
                    }
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct().Take(30)));
        Assert.True(read > 0);
    }
}
