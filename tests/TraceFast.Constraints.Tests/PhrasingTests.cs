using TraceFast.Constraints.Drawing;

namespace TraceFast.Constraints.Tests;

public class PhrasingTests
{
    private static readonly Sort Words = Sorts.Get("word_count");

    [Theory]
    [InlineData(1L, null, "Write at least 1 word")]
    [InlineData(30L, null, "Write at least 30 words")]
    [InlineData(null, 9L, "Keep it under 10 words")]
    [InlineData(5L, 9L, "Write between 5 and 9 words")]
    [InlineData(5L, 5L, "Write exactly 5 words")]
    public void A_range_is_said_by_its_shape(long? min, long? max, string expected)
    {
        Constraint constraint = new(Words, Arguments.Of(("min", min), ("max", max)));
        Assert.Equal(expected, Phrasing.Phrase(constraint, Language.English, 0));
        Assert.Equal(constraint, Phrasing.Read(expected, Language.English));
        Assert.Equal(constraint, Phrasing.Read(expected.ToUpperInvariant() + ".", Language.English));
    }

    [Fact]
    public void A_part_is_named()
    {
        Constraint constraint = new(Words, Arguments.Of(("max", 5)), Part.Title);
        Assert.Equal("The title must not have more than 5 words", Phrasing.Phrase(constraint, Language.English, 0));
    }

    /// <summary>What a wording writes, the same wording reads back; and each sort can say whatever it draws and contradicts.</summary>
    [Fact]
    public void Every_wording_is_read_back()
    {
        List<string> wrong = [];
        int read = 0;
        foreach (Sort sort in Sorts.All)
        {
            foreach (Language language in sort.Languages)
            {
                SeededRandom random = new(7);
                DrawContext context = Samples.Context(random, language);
                for (int n = 0; n < 100; n++)
                {
                    Constraint constraint = sort.Draw(context);
                    if (sort.IsExact && n % 2 == 1)
                        constraint = sort.Contradict(constraint, context);
                    IReadOnlyList<Wording> fitting = Phrasing.Fitting(constraint, language);
                    if (fitting.Count == 0)
                        wrong.Add($"{constraint} can not be said in {language}");
                    foreach (Wording wording in fitting)
                    {
                        string text = Phrasing.Phrase(constraint, wording)!;
                        read++;
                        if (Phrasing.Read(text, constraint.Sort, wording) is not { } back || !back.Equals(constraint))
                            wrong.Add($"\"{text}\" says {constraint}, read as {Phrasing.Read(text, constraint.Sort, wording)}");
                    }
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct().Take(30)));
        Assert.True(read > 0);
    }
}
