namespace TraceFast.Report.Tests;

public sealed class TextTableTests
{
    private static readonly string[] s_headings = ["method", "IF-S in", "IF-M in", "mean in", "read in training", "settings"];

    private static readonly IReadOnlyList<string>[] s_rows =
    [
        ["base model", "87.2 ±1.1", "22.6 ±2.0", "60.9 ±1.4", "", ""],
        ["DPO, one-sided, twice the quads",
            "90.7 ±1.3", "28.2 ±1.1", "65.3 ±0.7", "1234567 tokens", "learning rate 0.0003, b 0.5, and a word more"],
        ["中文的方法", "1", "2", "3", "4 tokens", ""],
    ];

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(int.MaxValue)]
    public void No_line_is_wider_than_the_terminal_and_nothing_is_lost(int width)
    {
        string text = Written(width);
        Assert.All(text.Split('\n'), l => Assert.True(TextTable.Width(l) <= width, $"{TextTable.Width(l)} columns: {l}"));
        string squeezed = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        foreach (string cell in s_headings.Skip(1).Concat(s_rows.SelectMany(r => r.Skip(1))))
            Assert.All(cell.Split(' '), word => Assert.Contains(word, squeezed, StringComparison.Ordinal));
    }

    [Fact]
    public void What_fits_is_one_table()
    {
        string[] lines = Written(200).Split('\n');
        Assert.Equal(1, lines.Count(l => l.StartsWith("method", StringComparison.Ordinal)));
        Assert.Equal(
            lines[0].IndexOf("IF-S in", StringComparison.Ordinal) + "IF-S in".Length,
            lines[2].IndexOf("87.2 ±1.1", StringComparison.Ordinal) + "87.2 ±1.1".Length);
        Assert.Equal(3, Written(60).Split('\n').Count(l => l.StartsWith("base model", StringComparison.Ordinal)));
    }

    [Fact]
    public void Lines_break_at_blanks_and_words_only_where_they_must()
    {
        Assert.Equal(["one two", "three"], TextTable.Wrap("one two three", 8));
        Assert.Equal(["abcde", "fghij", "k"], TextTable.Wrap("abcdefghijk", 5));
        Assert.Equal(["中文", "的方", "法"], TextTable.Wrap("中文的方法", 5));
        Assert.Equal(["a  b"], TextTable.Wrap("a  b", 60));
    }

    private static string Written(int width)
    {
        StringWriter output = new() { NewLine = "\n" };
        new TextTable(s_headings, s_rows) { IsText = c => c is 0 or 5 }.Write(output, width);
        return output.ToString();
    }
}
