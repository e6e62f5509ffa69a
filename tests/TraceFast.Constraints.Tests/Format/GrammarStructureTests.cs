using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Format;

public class GrammarStructureTests
{
    [Fact]
    public void Beginnings_and_ends()
    {
        Constraint start = Make("starts_with", ("text", "In short,"));
        start.Obeys("in short, yes.");
        start.Obeys("  **In short,** yes.");
        start.Obeys("# In short, a title");
        start.Violates("Well, in short, yes.");
        start.Violates("");
        Constraint each = Make("starts_with", Scope.EachParagraph, ("text", "要点："));
        each.Obeys("# 标题\n\n要点：一。\n\n要点：二。");
        each.Violates("要点：一。\n\n二。");
        Make("starts_with", Scope.EachItem, ("text", "Fact:")).Obeys("1. Fact: a\n2. **Fact:** b");
        Make("starts_with", Scope.EachItem, ("text", "Fact:")).Violates("Fact: a");
        Make("starts_with", Scope.EachLine, ("text", "Note:")).Obeys("- Note: a\n- Note: b");
        Constraint end = Make("ends_with", ("text", "让我们行动起来"));
        end.Obeys("总之，让我们行动起来！\n");
        end.Obeys("总之，**让我们行动起来**");
        end.Violates("让我们行动起来吧");
        Make("ends_with", ("text", "The end.")).Violates("This is the end, my friend");
        Make("ends_with", ("text", "The end.")).Obeys("This is the end.");
        Make("ends_with", ("text", "**")).Violates("nothing");
        Make("ends_with", Scope.EachParagraph, ("text", "not?")).Violates("Is it not?\n\nIt is.");
    }

    [Fact]
    public void Every_sentence_ends_with_the_mark()
    {
        Constraint mark = Make("sentence_end", ("mark", "!"));
        mark.Obeys("Go! \"Now!\" They cheered!** Fine![1]");
        mark.Obeys("太好了！真的！");
        mark.Obeys("# A title\n\nGo!");
        mark.Violates("Go! Now.");
        mark.Violates("Go!\nand on");
        mark.Violates("");
        Make("sentence_end", ("mark", "喵~")).Obeys("你好喵~\n再见喵~");
    }

    [Fact]
    public void Forbidden_marks_are_forbidden_in_both_widths()
    {
        Constraint comma = Make("forbidden_punctuation", ("marks", new[] { "," }));
        comma.Obeys("One two、three.");
        comma.Violates("1,000");
        comma.Violates("好，再见");
        Make("forbidden_punctuation", ("marks", new[] { "“", "”" })).Violates("\"x\"");
        Make("forbidden_punctuation", ("marks", new[] { "……" })).Violates("嗯……");
        Constraint title = Make("forbidden_punctuation", Scope.Title, ("marks", new[] { "!" }));
        title.Obeys("# Title\n\nText!");
        title.Violates("# Title!\n\nText");
        title.Violates("Text without a title, just text.");
    }

    [Theory]
    [InlineData("Why? Because. How so?!", 2)]
    [InlineData("为什么？？真的吗？", 2)]
    [InlineData("See http://a.b/?q=1 and ask.", 0)]
    [InlineData("```\na ? b : c\n```\nReally?", 1)]
    [InlineData("- What?\n- Who?\n# Where?", 3)]
    public void Questions(string text, int count) => Make("question_count", ("min", count), ("max", count)).Obeys(text);

    [Fact]
    public void Separators_stand_between_every_two_paragraphs()
    {
        Constraint stars = Make("separator", ("mark", "***"));
        stars.Obeys("One.\n\n***\n\nTwo.\n***\nThree.");
        stars.Obeys("# Title\n\nOne.\n\n***\n\nTwo.");
        stars.Violates("One.\n\nTwo.\n\n***\n\nThree.");
        stars.Violates("One.\n\n***\n\n---\n\nTwo.");
        stars.Violates("***\nOne.\n***\nTwo.");
        stars.Violates("One.\n***");
        stars.Violates("One.");
        Make("separator", ("mark", "+++")).Obeys("One\nline.\n+++\nTwo.");
        Assert.Throws<ConstraintException>(() => Make("separator", ("mark", "abc")));
    }
}
