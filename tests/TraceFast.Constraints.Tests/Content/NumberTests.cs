using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Content;

public class NumberTests
{
    [Theory]
    [InlineData("It costs 3.50 or 10.25.", 2, true)]
    [InlineData("In 2024 it cost 3.50.", 2, true)]
    [InlineData("It costs 3.5.", 2, false)]
    [InlineData("It costs 3.50 or 4.5.", 2, false)]
    [InlineData("It costs 1,234.50.", 2, true)]
    [InlineData("Version 1.2.3 costs 3.50.", 2, true)]
    [InlineData("It costs 3.", 2, false)]
    [InlineData("no numbers", 2, false)]
    [InlineData("", 2, false)]
    [InlineData("It costs 3, not 4.", 0, true)]
    [InlineData("It costs 3.5.", 0, false)]
    [InlineData("价格为３．５０元", 2, true)]
    public void Decimals_are_counted(string text, int decimals, bool obeyed)
    {
        Constraint constraint = Make("number_precision", ("decimals", decimals));
        (obeyed ? (Action<string>)constraint.Obeys : constraint.Violates)(text);
    }

    [Theory]
    [InlineData("no numeral here, only three words", true)]
    [InlineData("", true)]
    [InlineData("第三名", true)]
    [InlineData("3 words", false)]
    [InlineData("第３名", false)]
    [InlineData("1. item", false)]
    public void No_digit_may_stand(string text, bool obeyed) =>
        (obeyed ? (Action<string>)Make("no_digits").Obeys : Make("no_digits").Violates)(text);

    [Fact]
    public void No_digits_conflicts_with_what_needs_them()
    {
        Assert.True(Make("no_digits").ConflictsWith(Make("number_count", ("min", 1))));
        Assert.True(Make("keywords", ("words", new[] { "route 66" })).ConflictsWith(Make("no_digits")));
        Assert.False(Make("no_digits").ConflictsWith(Make("word_count", ("min", 1))));
    }
}
