using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Format;

public class ListTests
{
    [Fact]
    public void Outermost_items_count()
    {
        Make("numbered_list", ("min", 2), ("max", 2)).Obeys("1. a\n   1. b\n   - c\n2. d\n- e");
        Make("numbered_list", ("min", 3), ("max", 3)).Obeys("一、甲\n二、乙\n三、丙");
        Make("numbered_list", ("min", 1)).Violates("- a\n- b");
        Make("bulleted_list", ("min", 3), ("max", 3)).Obeys("1. a\n   - b\n   - c\n     - d\n- e");
        Make("bulleted_list", ("min", 1)).Violates("1. a");
        Constraint star = Make("bulleted_list", ("min", 2), ("marker", "*"));
        star.Obeys("* a\n* b");
        star.Violates("* a\n- b\n* c");
        Make("bulleted_list", ("marker", "•")).Obeys("• a");
        Make("bulleted_list", ("marker", "-")).Violates("no list");
        Assert.Throws<ConstraintException>(() => Make("bulleted_list", ("marker", "x")));
        Assert.Throws<ConstraintException>(() => Make("bulleted_list"));
    }

    [Fact]
    public void Depth_is_exact()
    {
        Constraint two = Make("nested_list", ("depth", 2));
        two.Obeys("- a\n  - b\n- c");
        two.Obeys("1. a\n\t- b");
        two.Violates("- a\n- b");
        two.Violates("- a\n  - b\n    - c");
        two.Violates("text");
        Make("nested_list", ("depth", 1)).Obeys("1. a\n2. b");
    }

    [Theory]
    [InlineData("1.", "1. a\n2. b")]
    [InlineData("1)", "1) a\n2） b")]
    [InlineData("(1)", "(1) a\n（2）b")]
    [InlineData("①", "① a\n②b")]
    [InlineData("一、", "一、甲\n二、乙")]
    [InlineData("A.", "A. a\nB. b")]
    [InlineData("Step 1", "Step 1: a\nStep 2: b")]
    [InlineData("Step 1", "第一步：甲\n第二步：乙")]
    public void Each_style_is_told_from_the_others(string style, string text)
    {
        foreach (string other in new[] { "1.", "1)", "(1)", "①", "一、", "A.", "Step 1" })
        {
            if (other == style)
                Make("numbering_style", ("style", other)).Obeys(text);
            else
                Make("numbering_style", ("style", other)).Violates(text);
        }

        Make("numbering_style", ("style", style)).Violates("- a");
    }
}
