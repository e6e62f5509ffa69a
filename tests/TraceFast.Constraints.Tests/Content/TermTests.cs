using static TraceFast.Constraints.Tests.Samples;

namespace TraceFast.Constraints.Tests.Content;

public class TermTests
{
    private static string[] W(params string[] words) => words;

    [Theory]
    [InlineData("art", "The ART of war", true)]
    [InlineData("art", "a party", false)]
    [InlineData("art", "state-of-the-art.", true)]
    [InlineData("art", "art", true)]
    [InlineData("art", "", false)]
    [InlineData("C++", "I like C++.", true)]
    [InlineData("café", "the CAFÉ", true)]
    [InlineData("ice cream", "Ice cream!", true)]
    [InlineData("市场", "超市场地", true)]
    [InlineData("AI", "使用AI技术", true)]
    [InlineData("AI", "said", false)]
    [InlineData("😀", "ok😀", true)]
    public void A_keyword_is_found_as_a_word(string word, string text, bool found)
    {
        (found ? (Action<string>)Make("keywords", ("words", W(word))).Obeys : Make("keywords", ("words", W(word))).Violates)(text);
        (found ? (Action<string>)Make("forbidden_words", ("words", W(word))).Violates
            : Make("forbidden_words", ("words", W(word))).Obeys)(text);
    }

    [Fact]
    public void All_keywords_must_stand_and_no_forbidden_word_may()
    {
        Make("keywords", ("words", W("sea", "sky"))).Obeys("The sky and the sea");
        Make("keywords", ("words", W("sea", "sky"))).Violates("The sky");
        Make("forbidden_words", ("words", W("sea", "sky"))).Violates("The sky");
        Assert.Equal(new TextSpan(4, 3), Make("forbidden_words", ("words", W("sea", "sky"))).Check(new Response("The sky")).Where);
    }

    [Fact]
    public void Keywords_of_a_part()
    {
        Make("keywords", Scope.FirstSentence, ("words", W("sea"))).Obeys("The sea is big. Yes.");
        Make("keywords", Scope.FirstSentence, ("words", W("sea"))).Violates("It is big. The sea.");
        Make("keywords", Scope.EachParagraph, ("words", W("sea"))).Violates("The sea.\n\nThe sky.");
        Make("keywords", Scope.Title, ("words", W("海"))).Obeys("《大海》\n正文。");
        Make("forbidden_words", Scope.Title, ("words", W("sea"))).Violates("There is no title.");
    }

    [Fact]
    public void How_often_a_word_stands()
    {
        Constraint twice = Make("keyword_frequency", ("word", "sea"), ("min", 2), ("max", 2));
        twice.Obeys("Sea and sea, overseas");
        twice.Violates("sea sea sea");
        twice.Violates("");
        Make("keyword_frequency", ("word", "哈哈"), ("max", 1)).Obeys("哈哈哈");
        Make("keyword_frequency", ("word", "sea"), ("max", 0)).Obeys("the sky");
    }

    [Fact]
    public void How_often_a_letter_stands()
    {
        Make("letter_frequency", ("letter", "b"), ("min", 3), ("max", 3)).Obeys("Bob, b!");
        Make("letter_frequency", ("letter", "b"), ("max", 2)).Violates("Bob, b!");
        Assert.Throws<ConstraintException>(() => Make("letter_frequency", ("letter", "bb"), ("max", 2)));
    }

    [Fact]
    public void The_first_occurrences_are_in_order()
    {
        Constraint order = Make("keyword_order", ("first", "sea"), ("second", "sky"));
        order.Obeys("The sea, the sky, the sea");
        order.Violates("The sky, the sea, the sky");
        order.Violates("The sea");
        order.Violates("");
        Assert.Throws<ConstraintException>(() => Make("keyword_order", ("first", "sea"), ("second", "Sea")));
    }

    [Fact]
    public void A_word_can_not_be_asked_for_and_forbidden()
    {
        Constraint forbid = Make("forbidden_words", ("words", W("sea")));
        Assert.True(forbid.ConflictsWith(Make("keywords", ("words", W("the sea", "sky")))));
        Assert.True(Make("keyword_frequency", ("word", "Sea"), ("min", 2)).ConflictsWith(forbid));
        Assert.True(Make("keyword_frequency", ("word", "sea"), ("max", 0)).ConflictsWith(Make("keywords", ("words", W("sea")))));
        Assert.False(forbid.ConflictsWith(Make("keywords", ("words", W("season")))));
        Assert.False(
            Make("keyword_frequency", ("word", "sea"), ("min", 2)).ConflictsWith(Make("keyword_frequency", ("word", "sky"), ("min", 2))));
    }
}
