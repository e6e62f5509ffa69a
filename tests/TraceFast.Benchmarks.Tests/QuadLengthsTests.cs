using TraceFast.Benchmarks.Step;
using TraceFast.Data;

namespace TraceFast.Benchmarks.Tests;

public sealed class QuadLengthsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Entries_are_read_in_order()
    {
        File.WriteAllText(_path, "[[1, 2, 3, 4], [5, 6, 7, 8], [9, 9, 9, 9]]");
        Assert.Equal([new QuadLength(1, 2, 3, 4), new QuadLength(5, 6, 7, 8)], QuadLengths.Read(_path, 2));
    }

    [Fact]
    public void Four_sequences_count_every_prompt_and_response_twice() =>
        Assert.Equal(1 + 2 + 1 + 4 + 3 + 4 + 3 + 2, new QuadLength(1, 2, 3, 4).Unpadded);

    [Theory]
    [InlineData("[[1, 2, 3, 4]\n, oops]", ":2:")]
    [InlineData("", "no JSON")]
    [InlineData("{\"x1\": 3}", "a JSON object")]
    [InlineData("[[1, 2, 3]]", "entry 0: found [1, 2, 3]")]
    [InlineData("[7]", "entry 0: found 7")]
    [InlineData("[[1, 2, 3, -4]]", "found -4")]
    [InlineData("[[1, 0, 3, 4]]", "found 0")]
    [InlineData("[[1, 2.5, 3, 4]]", "found 2.5")]
    [InlineData("[[1, 2, 3, \"4\"]]", "found \"4\"")]
    [InlineData("[[1, 2, 3, 99999999999]]", "found 99999999999")]
    [InlineData("[[1, 2, 3, 2000000]]", "found 2000000")]
    [InlineData("[]", "found 0 entries, expected at least 1")]
    public void What_is_no_list_of_token_counts_is_refused_with_its_place(string json, string expected)
    {
        File.WriteAllText(_path, json);
        InputException e = Assert.Throws<InputException>(() => QuadLengths.Read(_path, 1));
        Assert.Contains(_path, e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        File.WriteAllText(_path, new string('[', 100_000));
        Assert.Throws<InputException>(() => QuadLengths.Read(_path, 1));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        string absent = _path + ".absent";
        Assert.Contains(absent, Assert.Throws<InputException>(() => QuadLengths.Read(absent, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_entries_say_how_many_are_needed()
    {
        File.WriteAllText(_path, "[[1, 2, 3, 4]]");
        Assert.Contains(
            "expected at least 4", Assert.Throws<InputException>(() => QuadLengths.Read(_path, 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Drawn_lengths_follow_the_seed_and_have_the_means_they_should()
    {
        Assert.Equal(QuadLengths.Sample(50, 3), QuadLengths.Sample(50, 3));
        Assert.NotEqual(QuadLengths.Sample(50, 3), QuadLengths.Sample(50, 4));
        IReadOnlyList<QuadLength> many = QuadLengths.Sample(20_000, 0);
        Assert.InRange(many.Average(l => l.X1), 195, 205);
        Assert.InRange(many.Average(l => l.Y2), 293, 307);
    }
}
