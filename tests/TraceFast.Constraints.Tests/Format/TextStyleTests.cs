using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Format;

public class TextStyleTests
{
    [Fact]
    public void Bold_and_italic_are_counted_apart()
    {
        Make("bold_count", ("min", 2), ("max", 2)).Obeys("**a** *b* __c__ `**d**`");
        Make("italic_count", ("min", 1), ("max", 1)).Obeys("**a** *b* __c__ `*d*`");
        Make("bold_count", ("max", 0)).Obeys("2 ** 3 and \\*\\*no\\*\\*");
        Make("bold_count", ("min", 1)).Violates("*a*");
        Make("italic_count", ("min", 1)).Obeys("***both***");
    }

    [Fact]
    public void Words_stand_in_bold()
    {
        Constraint words = Make("highlighted", ("words", new[] { "雨", "river" }));
        words.Obeys("这场**春雨**与 **the River**");
        words.Violates("这场**春雨** and the river");
        words.Violates("雨 river");
    }

    [Theory]
    [InlineData("\"All of it.\"", true)]
    [InlineData("“他说‘好’。”\n", true)]
    [InlineData("「全文」", true)]
    [InlineData("\"He said \"yes\" to me.\"", true)]
    [InlineData("\"One\" and \"two\"", false)]
    [InlineData("“一”和“二”", false)]
    [InlineData("\"open", false)]
    [InlineData("\"\"", false)]
    [InlineData("plain", false)]
    [InlineData("“mixed\"", false)]
    public void Quotation_marks_around_all(string text, bool obeyed)
    {
        Constraint quoted = Make("quoted_whole");
        if (obeyed)
            quoted.Obeys(text);
        else
            quoted.Violates(text);
    }

    [Fact]
    public void Titles()
    {
        Make("title").Obeys("# A title\n\nText.");
        Make("title").Obeys("《春》\n春天来了。");
        Make("title").Violates("Text that is one long sentence, and nothing else.");
        Make("title").Violates("{\n\n\"title\": 1\n\n}");
        Constraint exact = Make("exact_title", ("text", "A Closer Look"));
        exact.Obeys("**A closer look**\n\nText.");
        exact.Obeys("Title: A Closer Look\nText.");
        exact.Violates("# A Closer Look at Tea\n\nText.");
        exact.Violates("Text about A Closer Look.");
        Make("exact_title", ("text", "你应该知道的事")).Obeys("# 《你应该知道的事》\n\n正文。");
    }

    [Fact]
    public void A_bracketed_title_has_its_own_line()
    {
        Constraint title = Make("bracket_title");
        title.Obeys("<<Poem of joy>>\nText.");
        title.Obeys("# 《春》\n正文");
        title.Obeys("**《春》**\n正文");
        title.Violates("Read <<this>> now.");
        title.Violates("《春》和《秋》");
        title.Violates("<<>>\n《》");
    }

    [Fact]
    public void Placeholders_are_words_in_brackets()
    {
        Constraint three = Make("placeholders", ("min", 3), ("max", 3));
        three.Obeys("Dear [name], meet at [place] [1] [^2] [link](http://a.b) ［时间］");
        three.Violates("- [ ] a\n- [x] b\n`[c]` [d");
    }
}
