using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Content;

public class CountTests
{
    [Fact]
    public void Both_ends_of_a_range_are_in_it()
    {
        Constraint range = Make("word_count", ("min", 2), ("max", 3));
        range.Violates("one");
        range.Obeys("one two");
        range.Obeys("one two three");
        range.Violates("one two three four");
        Make("word_count", ("min", 2), ("max", 2)).Violates("one two three");
        Make("word_count", ("max", 0)).Obeys("…");
    }

    [Fact]
    public void Every_part_must_obey_and_there_must_be_one()
    {
        Constraint each = Make("word_count", Scope.EachParagraph, ("max", 2));
        each.Obeys("one two\n\nthree");
        each.Violates("one two\n\nthree four five");
        each.Violates("");
        Make("word_count", Scope.Title, ("max", 2)).Violates("no title here.");
        Make("word_count", Scope.Title, ("max", 2)).Obeys("# A title\n\nmany more words than that");
    }

    [Fact]
    public void The_place_of_the_part_that_fails_is_given()
    {
        Verdict verdict = Make("word_count", Scope.EachSentence, ("max", 2)).Check(new Response("One two. One two three. One."));
        Assert.Equal(new TextSpan(9, 14), verdict.Where);
        Assert.Equal("sentence number 2 has 3 words, not at most 2", verdict.Reason);
    }

    [Fact]
    public void Chinese_counts()
    {
        Make("han_count", ("min", 5), ("max", 5)).Obeys("春，夏，秋，冬，年。");
        Make("han_count", ("max", 4)).Violates("春夏秋冬年");
        Make("han_count", Scope.Title, ("max", 4)).Obeys("《春天》\n\n今天天气真的很好。");
        Make("character_count", ("max", 4)).Violates("春夏秋冬。");
        Make("sentence_count", ("min", 2), ("max", 2)).Obeys("春天来了。花开了！");
        Make("line_count", ("min", 2), ("max", 2)).Obeys("《春》\n春天来了\n花开了");
        Make("number_count", ("min", 3)).Obeys("有３个苹果、12.5公斤米和1,000元");
    }

    [Theory]
    [InlineData("sentence_count", "One. Two. Three.", 3)]
    [InlineData("paragraph_count", "# T\n\nOne.\n\nTwo.", 2)]
    [InlineData("line_count", "# T\n\na\nb\r\nc", 3)]
    [InlineData("item_count", "List:\n- a\n  - b\n1. c", 3)]
    [InlineData("number_count", "1. On 5 May 2,300 of 7.5 million, GPT4 and 3D", 4)]
    [InlineData("character_count", "ab\ncd", 4)]
    public void Counts_are_exact(string sort, string text, int count)
    {
        Make(sort, ("min", count), ("max", count)).Obeys(text);
        Make(sort, ("min", count + 1)).Violates(text);
        Make(sort, ("max", count - 1)).Violates(text);
    }

    [Fact]
    public void Sentences_of_each_paragraph()
    {
        Constraint two = Make("sentence_count", Scope.EachParagraph, ("min", 2), ("max", 2));
        two.Obeys("One. Two.\n\nThree. Four.");
        two.Violates("One. Two.\n\nThree.");
        Make("line_count", Scope.EachParagraph, ("min", 2), ("max", 2)).Obeys("a\nb\n\nc\nd");
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(3L, 2L)]
    [InlineData(-1L, null)]
    [InlineData(0L, null)]
    public void A_range_that_asks_for_nothing_or_can_not_be_is_refused(long? min, long? max) =>
        Assert.Throws<ConstraintException>(() => Make("word_count", ("min", min), ("max", max)));

    [Fact]
    public void A_part_that_must_hold_more_than_the_whole_conflicts()
    {
        Assert.True(Make("word_count", ("max", 20)).ConflictsWith(Make("word_count", Scope.EachParagraph, ("min", 30))));
        Assert.False(Make("word_count", ("max", 20)).ConflictsWith(Make("word_count", Scope.Title, ("max", 5))));
        Assert.True(Make("word_count", ("max", 20)).ConflictsWith(Make("word_count", ("min", 5))));
    }
}
