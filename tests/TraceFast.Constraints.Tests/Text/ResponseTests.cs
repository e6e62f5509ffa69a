namespace TraceFast.Constraints.Tests.Text;

public class ResponseTests
{
    [Theory]
    [InlineData("One two three.", 3)]
    [InlineData("don't stop at well-known 3.5 or 1,000 items", 8)]
    [InlineData("apples,pears and plums/figs", 5)]
    [InlineData("snake_case e.g. U.S. 'quoted'", 4)]
    [InlineData("# Title\n\n- **bold** word\n2. second item", 5)]
    [InlineData("我爱北京 and GPT-4", 6)]
    [InlineData("ひらがな カタカナ", 8)]
    [InlineData("한국어 단어", 2)]
    [InlineData("日本語のラーメン", 8)]
    [InlineData("cafe\u0301 naïve", 2)]
    [InlineData("𠮷野家 👍🏽 x", 4)]
    [InlineData("```python\nprint(1)\n```", 2)]
    [InlineData("", 0)]
    [InlineData(" \t\r\n…—!？", 0)]
    public void Words_are_counted(string text, int expected) =>
        Assert.Equal(expected, new Response(text).CountWords(new Response(text).Whole));

    [Theory]
    [InlineData("春眠不觉晓，处处闻啼鸟。", 10)]
    [InlineData("我有3.5个苹果", 6)]
    [InlineData("使用 GPT-4 模型", 5)]
    [InlineData("共１２３个ＡＢ", 4)]
    [InlineData("한국어", 3)]
    [InlineData("1. 第一\n2. 第二", 4)]
    [InlineData("《》“”！？……", 0)]
    [InlineData("𠮷", 1)]
    [InlineData("", 0)]
    public void Chinese_readers_count_characters_numbers_and_foreign_words(string text, int expected) =>
        Assert.Equal(expected, new Response(text).CountHanUnits(new Response(text).Whole));

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("a b\r\nc\n", 4)]
    [InlineData("👍🏽", 2)]
    [InlineData("𠮷!", 2)]
    [InlineData("", 0)]
    public void Characters_are_code_points_without_line_ends(string text, int expected) =>
        Assert.Equal(expected, new Response(text).CountCharacters(new Response(text).Whole));

    [Theory]
    [InlineData("One. Two! Three?", 3)]
    [InlineData("Dr. Smith paid 3.50 dollars to J. K. Rowling. He left.", 2)]
    [InlineData("He lives in the U.S. now. It is big.", 2)]
    [InlineData("Use fruit, e.g. apples, etc. Then rest.", 2)]
    [InlineData("He said no. Then he left.", 2)]
    [InlineData("See No. 5 there.", 1)]
    [InlineData("\"Stop!\" he cried. \"Why?\" she asked.", 2)]
    [InlineData("\"Stop.\" She left.", 2)]
    [InlineData("Well... that is odd. Really?!", 2)]
    [InlineData("It works.[1] It lasts [2]. Good.", 3)]
    [InlineData("This is **bold.** Next one.", 2)]
    [InlineData("Visit example.com today. Bye.", 2)]
    [InlineData("cats sleep. dogs bark.", 2)]
    [InlineData("First line\nsecond line", 2)]
    [InlineData("- one\n- two. Three.", 3)]
    [InlineData("1. one\n2. two", 2)]
    [InlineData("# A heading\n\nText here.", 1)]
    [InlineData("Great! 😀 Yes.", 2)]
    [InlineData("Great!😀", 1)]
    [InlineData("...", 0)]
    [InlineData("你好。我很好！你呢？", 3)]
    [InlineData("他说：“走吧。”然后离开了。", 2)]
    [InlineData("“走吧！”，他说。", 1)]
    [InlineData("天很蓝；云很白。", 1)]
    [InlineData("他想了想……没有说话。", 1)]
    [InlineData("真的吗？！好。", 2)]
    [InlineData("1.苹果\n2.梨", 2)]
    [InlineData("第一，圆周率约为3.14。第二句！", 2)]
    [InlineData("यह एक वाक्य है। दूसरा।", 2)]
    [InlineData("```\nx = 1. y\n```\nOne.", 1)]
    [InlineData("", 0)]
    public void Sentences_end_where_readers_end_them(string text, int expected) =>
        Assert.True(
            expected == new Response(text).Sentences.Count,
            string.Join(" | ", new Response(text).Sentences.Select(p => new Response(text).Span(p).ToString())));

    [Theory]
    [InlineData("One.\n\nTwo.\n \t\nThree.", 3)]
    [InlineData("One.\r\n\r\nTwo\r\rThree", 3)]
    [InlineData("# Title\n\nOne.\nstill one\n\nTwo.", 2)]
    [InlineData("# Title\nOne.", 1)]
    [InlineData("One.\n***\nTwo.\n\n---\n\nThree.", 3)]
    [InlineData("```\na\n\nb\n```\n\nText.", 2)]
    [InlineData("A Short Title\n\nText that is a paragraph.", 1)]
    [InlineData("春天\n\n今天天气很好。\n\n明天也是。", 2)]
    [InlineData("- a\n- b", 1)]
    [InlineData("   \n", 0)]
    [InlineData("", 0)]
    public void Paragraphs_are_runs_of_lines(string text, int expected) => Assert.Equal(expected, new Response(text).Paragraphs.Count);

    [Theory]
    [InlineData("# The Sea\n\nText.", "The Sea")]
    [InlineData("# The Sea ##\nText.", "The Sea")]
    [InlineData("# C#", "C#")]
    [InlineData("## Section one\ntext", "Section one")]
    [InlineData("**The Sea**\nText.", "The Sea")]
    [InlineData("《大海》\n正文。", "大海")]
    [InlineData("<<The Sea>>\nText.", "The Sea")]
    [InlineData("Title: The Sea\nText.", "The Sea")]
    [InlineData("标题：大海\n正文。", "大海")]
    [InlineData("The Sea\n\nText goes on here.", "The Sea")]
    [InlineData("大海\n\n正文在此。", "大海")]
    [InlineData("Sure, here it is:\n\n# The Sea\nText.", "The Sea")]
    [InlineData("Here it is.\n<<The Sea>>\nText.", "The Sea")]
    [InlineData("### 《大海》\n正文", "大海")]
    public void A_title_is_found(string text, string expected)
    {
        Response response = new(text);
        Assert.Equal(expected, response.Title is { } title ? response.Span(title).ToString() : "(none)");
    }

    [Theory]
    [InlineData("Just one line")]
    [InlineData("A sentence ends here.\n\nAnother one.")]
    [InlineData("- item\n\n- item")]
    [InlineData("Text first.\n\n## Section\nMore.")]
    [InlineData("one two three four five six seven eight nine ten eleven twelve thirteen\n\nText.")]
    [InlineData("{\n\n}")]
    [InlineData("")]
    public void Where_there_is_no_title_none_is_found(string text) => Assert.Null(new Response(text).Title);

    [Fact]
    public void Half_a_surrogate_pair_is_one_character_and_no_word()
    {
        Response response = new("\ud800x\udc00");
        Assert.Equal(3, response.CountCharacters(response.Whole));
        Assert.Equal(1, response.CountWords(response.Whole));
        Assert.Equal(1, response.CountHanUnits(response.Whole));
        Assert.Single(response.Sentences);
    }

    [Fact]
    public void Lines_have_no_blanks_around_them()
    {
        Response response = new("  one \r\n\r\n\ttwo\u2028three  ");
        Assert.Equal(["one", "two", "three"], response.Lines.Select(l => response.Span(l).ToString()));
    }

    [Fact]
    public void Items_have_no_marks_and_keep_their_further_lines()
    {
        Response response = new(
            "Intro:\n1. one\n   more of one\n2) two\n- three\n（三）四\n① five\n一、six\nStep 2: seven\n3.5 litres is no item\nJust text");
        Assert.Equal(
            ["one\n   more of one", "two", "three", "四", "five", "six", "seven"], response.Items.Select(l => response.Span(l).ToString()));
    }

    [Fact]
    public void Parts_are_places_of_the_text()
    {
        Response response = new("# Sea\n\nOne. Two.\n\nThree.\nFour.");
        string Of(Scope part) => string.Join("|", response.SpansOf(part).Select(p => response.Span(p).ToString()));
        Assert.Equal(response.Text, Of(Scope.Whole));
        Assert.Equal("Sea", Of(Scope.Title));
        Assert.Equal("# Sea", Of(Scope.FirstLine));
        Assert.Equal("Four.", Of(Scope.LastLine));
        Assert.Equal("One.", Of(Scope.FirstSentence));
        Assert.Equal("Four.", Of(Scope.LastSentence));
        Assert.Equal("One. Two.", Of(Scope.FirstParagraph));
        Assert.Equal("Three.\nFour.", Of(Scope.LastParagraph));
        Assert.Equal("One. Two.|Three.\nFour.", Of(Scope.EachParagraph));
        Assert.Equal("One.|Two.|Three.|Four.", Of(Scope.EachSentence));
        Assert.Equal("One. Two.|Three.|Four.", Of(Scope.EachLine));
        Assert.Equal("", Of(Scope.EachItem));
    }
}
