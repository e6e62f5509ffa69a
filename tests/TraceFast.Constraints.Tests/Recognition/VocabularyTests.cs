using System.Text.RegularExpressions;
using TraceFast.Constraints.Recognition;
using TraceFast.Constraints.Templates;
using TraceFast.Data.Files;

namespace TraceFast.Constraints.Tests.Recognition;

public class VocabularyTests
{
    [Theory]
    [InlineData("number of", true)]
    [InlineData("the total number of", true)]
    [InlineData("the number", false)]
    [InlineData("[the ]number of", false)]
    public void What_is_in_brackets_may_be_left_out(string text, bool matches) =>
        Assert.Equal(matches, Regex.IsMatch(text, $"^{Vocabulary.English["measure openings"]}$"));

    [Fact]
    public void A_list_of_both_languages_has_the_texts_of_each() =>
        Assert.Equal(Vocabulary.Chinese.Words("or").Concat(Vocabulary.English.Words("or")), Vocabulary.Both.Words("or"));

    [Fact]
    public void An_unknown_list_is_named()
    {
        KeyNotFoundException error = Assert.Throws<KeyNotFoundException>(() => Vocabulary.English["moods"]);
        Assert.Contains("\"moods\"", error.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// A blank at an end would be part of a pattern that no reader of the file sees; a text that is there twice is a slip.
    /// </summary>
    [Theory]
    [InlineData("recognition.en.txt")]
    [InlineData("recognition.zh.txt")]
    [InlineData("text.txt")]
    public void Lists_have_each_text_once_and_without_blanks_around(string file)
    {
        ResourceBlocks blocks = ResourceBlocks.Of(typeof(ConstraintTypes), file);
        Assert.All(blocks.Names, name =>
        {
            Assert.NotEmpty(blocks[name]);
            Assert.All(blocks[name], text => Assert.Equal(text.Trim(), text));
            Assert.Equal(blocks[name].Distinct(StringComparer.Ordinal), blocks[name]);
        });
    }
}
