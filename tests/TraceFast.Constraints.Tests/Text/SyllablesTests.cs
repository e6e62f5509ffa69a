using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Tests.Text;

public class SyllablesTests
{
    private static readonly string[] s_known =
    [
        "cat 1", "the 1", "make 1", "time 1", "table 2", "little 2", "apple 2", "people 2", "water 2", "river 2", "garden 2", "window 2",
        "beautiful 3", "family 3", "animal 3", "banana 3", "computer 3", "elephant 3",
        "walked 1", "jumped 1", "wanted 2", "needed 2", "played 1", "houses 2", "boxes 2", "wishes 2", "makes 1", "times 1", "pages 2",
        "dances 2", "tables 2", "love 1", "moved 1", "come 1", "one 1", "sky 1", "happy 2", "quickly 2", "yellow 2", "year 1", "you 1",
        "beyond 2",
        "lion 2", "poet 2", "idea 3", "radio 3", "piano 3", "nation 2", "special 2", "question 2", "region 2", "video 3", "create 2",
        "quiet 2", "science 2", "January 4", "being 2", "seeing 2", "going 2", "doing 2",
        "moon 1", "sea 1", "rain 1", "blue 1", "eye 1", "light 1", "night 1", "through 1", "silence 2", "evening 2", "every 2", "morning 2",
        "mountain 2", "forest 2", "summer 2", "winter 2", "autumn 2", "flower 2", "hour 1", "fire 1", "our 1",
        "rhythm 2", "don't 1", "it's 1", "couldn't 2", "well-known 2", "orange 2", "purple 2", "language 2", "knowledge 2", "college 2",
        "machine 2", "police 2", "ocean 2", "music 2", "history 3", "library 3", "teacher 2", "hospital 3", "university 5", "education 4",
        "information 4",
    ];

    /// <summary>Syllables are told by spelling, so a few words are wrong; nine of ten must be right.</summary>
    [Fact]
    public void Common_words_have_their_syllables()
    {
        string[] wrong = [
            .. s_known.Select(k => k.Split(' '))
                .Where(k => Syllables.Count(k[0]) != int.Parse(k[1], System.Globalization.CultureInfo.InvariantCulture))
                .Select(k => $"{k[0]} {Syllables.Count(k[0])} not {k[1]}")];
        Assert.True(wrong.Length <= s_known.Length / 10, string.Join(", ", wrong));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hmm")]
    [InlineData("'")]
    [InlineData("春")]
    public void Any_word_has_at_least_one(string word) => Assert.True(Syllables.Count(word) >= 1);
}
