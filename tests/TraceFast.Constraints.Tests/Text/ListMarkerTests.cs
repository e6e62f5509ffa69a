using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Tests.Text;

public class ListMarkerTests
{
    [Theory]
    [InlineData("- a", MarkerStyle.Bullet, 0, 2)]
    [InlineData("•a", MarkerStyle.Bullet, 0, 1)]
    [InlineData("12. a", MarkerStyle.Dot, 12, 4)]
    [InlineData("1.苹果", MarkerStyle.Dot, 1, 2)]
    [InlineData("1.**Bold**", MarkerStyle.Dot, 1, 2)]
    [InlineData("３．苹果", MarkerStyle.Dot, 3, 2)]
    [InlineData("2) a", MarkerStyle.Parenthesis, 2, 3)]
    [InlineData("2）苹果", MarkerStyle.Parenthesis, 2, 2)]
    [InlineData("(3) a", MarkerStyle.Enclosed, 3, 4)]
    [InlineData("（十一）甲", MarkerStyle.Enclosed, 11, 4)]
    [InlineData("④ 甲", MarkerStyle.Circled, 4, 2)]
    [InlineData("5、甲", MarkerStyle.DigitComma, 5, 2)]
    [InlineData("二十一、甲", MarkerStyle.Chinese, 21, 4)]
    [InlineData("B. a", MarkerStyle.Letter, 2, 3)]
    [InlineData("S) a", MarkerStyle.Letter, 19, 3)]
    [InlineData("Step 4: a", MarkerStyle.Step, 4, 8)]
    [InlineData("第三步：甲", MarkerStyle.Step, 3, 4)]
    [InlineData("步骤2：甲", MarkerStyle.Step, 2, 4)]
    public void Marks_are_read(string line, MarkerStyle style, int number, int length)
    {
        Assert.True(ListMarker.TryRead(line, out ListMarker marker));
        Assert.Equal(new ListMarker(length, style, number), marker);
    }

    [Theory]
    [InlineData("3.5 litres")]
    [InlineData("2024. It was")]
    [InlineData("-5 degrees")]
    [InlineData("**bold** text")]
    [InlineData("- ")]
    [InlineData("1.")]
    [InlineData("a. small")]
    [InlineData("Step by step")]
    [InlineData("第三方")]
    [InlineData("一个人")]
    [InlineData("")]
    public void Other_lines_have_none(string line) => Assert.False(ListMarker.TryRead(line, out _));
}
