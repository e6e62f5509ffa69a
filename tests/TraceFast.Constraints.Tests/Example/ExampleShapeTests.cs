using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Example;

public class ExampleShapeTests
{
    [Theory]
    [InlineData("apple - fruit (7)", "- green tea - drink (12)\n- well-known cake - food (3)", true)]
    [InlineData("apple - fruit (7)", "green tea - drink (12)\npear - fruit (3)", true)]
    [InlineData("apple - fruit (7)", "green tea - drink (12)\npear: fruit (3)", false)]
    [InlineData("apple - fruit (7)", "green tea - drink (many)", false)]
    [InlineData("apple - fruit (7)", "", false)]
    [InlineData("1. apple: red", "1. pear: yellow\n2. plum: blue", true)]
    [InlineData("苹果：水果（7）", "- 绿茶：饮料（12）", true)]
    [InlineData("苹果：水果", "绿茶: 饮料", false)]
    public void Entries_have_the_shape(string example, string text, bool obeyed)
    {
        Constraint constraint = Make("example_shape", ("example", example));
        (obeyed ? (Action<string>)constraint.Obeys : constraint.Violates)(text);
    }

    [Theory]
    [InlineData("apple")]
    [InlineData("green tea")]
    [InlineData("7")]
    public void An_example_without_separators_has_no_shape(string example) =>
        Assert.Throws<ConstraintException>(() => Make("example_shape", ("example", example)));
}
