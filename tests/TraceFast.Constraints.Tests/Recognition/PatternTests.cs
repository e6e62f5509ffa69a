using System.Diagnostics;
using System.Text;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Recognition;

namespace TraceFast.Constraints.Tests.Recognition;

/// <summary>Single lines: what is read, what is left to a judge, and that no text breaks or slows the reader.</summary>
public sealed class PatternTests
{
    [Theory]
    [InlineData("字数不超过200字", "han_count(max=200)", true)]
    [InlineData("3. 全文不少于八百字，但控制在１０００字以内；", "han_count(max=1000, min=800)", true)]
    [InlineData("文章长度在1.5千至2千字之间。", "han_count(max=2000, min=1500)", true)]
    [InlineData("标题不超过15个字", "han_count(max=15); Title", true)]
    [InlineData("每段不少于50字，以保证内容充实", "han_count(min=50); EachParagraph", true)]
    [InlineData("全文共三段", "paragraph_count(max=3, min=3)", true)]
    [InlineData("请用一句话回答", "sentence_count(max=1, min=1)", true)]
    [InlineData("邮件的长度应控制在500个字符以内", "character_count(max=500)", true)]
    [InlineData("between 10 and 15 characters", "character_count(max=15, min=10)", true)]
    [InlineData("Your answer should be no more than 120 words.", "word_count(max=120)", true)]
    [InlineData("Write fewer than five sentences", "sentence_count(max=4)", true)]
    [InlineData("Each paragraph should contain between 3 and 5 sentences", "sentence_count(max=5, min=3); EachParagraph", true)]
    [InlineData("use a numbered list", "numbered_list(min=1)", true)]
    [InlineData("以编号列表的形式列出至少五条建议", "numbered_list(min=5)", false)]
    [InlineData("Include exactly 4 bullet points in your response", "bulleted_list(max=4, min=4)", true)]
    [InlineData("采用 Markdown 格式输出，确保层次清晰", "markdown()", true)]
    [InlineData("请以JSON格式输出，包含“name”、“age”两个字段", "json_object(keys=[name, age])", true)]
    [InlineData("以表格形式呈现各城市的气候", "markdown_table()", false)]
    [InlineData("回答中必须包含“春天”和“希望”这两个词", "keywords(words=[春天, 希望])", true)]
    [InlineData("不要使用“但是”一词", "forbidden_words(words=[但是])", true)]
    [InlineData("Do not use the words \"very\" or \"really\"", "forbidden_words(words=[very, really])", true)]
    [InlineData("回答必须以“你好”开头", "starts_with(text=你好)", true)]
    [InlineData("End your response with the phrase \"Any questions?\"", "ends_with(text=Any questions?)", true)]
    [InlineData("标题必须为“夏天”", "exact_title(text=夏天)", true)]
    [InlineData("请用英文回答", "language(language=en)", true)]
    [InlineData("Your entire response should be in lowercase", "letter_case(case=lower)", true)]
    public void Reads(string line, string expected, bool isWhole)
    {
        (IReadOnlyList<Reading> readings, bool whole) = ConstraintRecognizer.Read(line, null);
        Assert.Equal(expected, Assert.Single(readings.Select(r => LabelledLine.Canonical(r.Constraint!)).Distinct()));
        Assert.Equal(isWhole, whole);
    }

    [Theory]
    [InlineData("字数控制在200字左右")]
    [InlineData("Write about 300 words")]
    [InlineData("理由说明限定在100字内")]
    [InlineData("为每一项活动提供简短的说明，说明应控制在100字以内")]
    [InlineData("确保详细解释部分至少包含3段文字，每段不少于100字")]
    [InlineData("The explanation should be under 50 words")]
    [InlineData("Keep your entire response at least 40 words or less.")]
    [InlineData("列出至少三个理由")]
    [InlineData("不要使用编号列表")]
    [InlineData("如果内容较多，可以使用表格")]
    [InlineData("使用图表或列表来呈现数据")]
    [InlineData("函数的输出结果需以JSON格式返回")]
    [InlineData("README文件使用Markdown格式")]
    [InlineData("新闻稿的开头以“本报讯”作为固定模式")]
    [InlineData("故事必须以“我终于明白了……”作为结尾")]
    [InlineData("所有文本需使用楷体，字号为12号")]
    [InlineData("文章需使用清晰的标题和子标题结构")]
    [InlineData("语气要温和而真诚")]
    [InlineData("")]
    [InlineData("   \n\t ")]
    public void Leaves_to_a_judge(string line)
    {
        Assert.Empty(ConstraintRecognizer.Read(line, null).Readings);
        Assert.Empty(ConstraintRecognizer.Recognize(line).Found);
        Assert.False(ConstraintRecognizer.Recognize(line).IsWhole);
    }

    [Fact]
    public void The_form_of_a_programs_output_is_not_the_form_of_the_answer()
    {
        Assert.Single(ConstraintRecognizer.Read("结果以JSON格式返回", "给出三个城市的人口").Readings);
        Assert.Empty(ConstraintRecognizer.Read("结果以JSON格式返回", "编写一个Python函数，统计单词数").Readings);
    }

    [Fact]
    public void No_text_breaks_it()
    {
        SeededRandom random = new(11);
        string[] pieces = [
            "不超过", "200", "字", "“", "”", "\"", "（", "JSON格式", "between ", " and ", "words", "至少", "，", "。", "\ud800", "\udc00", "\0",
            "９９９９９９９９９９９９９９", "一二三", "列表", "标题", "以", "H2标题", "|", "：", "**", "每段", " or ", "99999999999999999999"];
        for (int n = 0; n < 10_000; n++)
        {
            StringBuilder text = new();
            for (int i = random.Below(30); i > 0; i--)
            {
                if (random.Chance(0.8))
                    text.Append(random.Pick(pieces));
                else
                    text.Append((char)random.Below(0x10000));
            }

            string line = text.ToString();
            IEnumerable<TextSpan> places = n % 20 == 0
                ? ConstraintRecognizer.Recognize(line).Found.Select(f => f.Where)
                : ConstraintRecognizer.Read(line, null).Readings.Select(r => r.Span);
            Assert.All(places, where => Assert.InRange(where.Start + where.Length, where.Start, line.Length));
        }
    }

    [Theory]
    [InlineData("字数不超过200字，")]
    [InlineData("“")]
    [InlineData("between 3 and ")]
    [InlineData("包含“a”、")]
    [InlineData("(((((")]
    public void Long_lines_take_no_long_time(string piece)
    {
        ConstraintRecognizer.Recognize(piece);
        Stopwatch clock = Stopwatch.StartNew();
        ConstraintRecognizer.Recognize(string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length)));
        ConstraintRecognizer.Recognize(string.Concat(Enumerable.Repeat(piece, ConstraintRecognizer.LongestLine / piece.Length)));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), clock.Elapsed.ToString());
    }

    [Theory]
    [InlineData("1,500", 1500)]
    [InlineData("3千", 3000)]
    [InlineData("1.5万", 15000)]
    [InlineData("两千零五十", 2050)]
    [InlineData("十二", 12)]
    [InlineData("二十", 20)]
    [InlineData("一百五十", 150)]
    [InlineData("three hundred", 300)]
    [InlineData("twenty-five", 25)]
    [InlineData("a single", 1)]
    [InlineData("1.5", null)]
    [InlineData("", null)]
    [InlineData("99999999999999999999", null)]
    public void Numbers(string text, int? value) => Assert.Equal(value, Numerals.Parse(text));
}
