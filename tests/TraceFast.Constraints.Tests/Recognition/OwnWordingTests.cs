using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Recognition;

namespace TraceFast.Constraints.Tests.Recognition;

/// <summary>What the phrasing writes is read back whole, in a list and at the end of a sentence too.</summary>
public sealed class OwnWordingTests
{
    [Theory]
    [InlineData(Language.English)]
    [InlineData(Language.Chinese)]
    public void EveryWordingOfEverySortIsReadBack(Language language)
    {
        SeededRandom random = new(5);
        List<string> wrong = [];
        int count = 0;
        foreach (Sort sort in Sorts.All.Where(s => s.IsExact && s.Languages.Contains(language)))
        {
            for (int n = 0; n < 6; n++)
            {
                Constraint constraint = sort.Draw(Samples.Context(random, language));
                foreach (Wording wording in Phrasing.Fitting(constraint, language))
                {
                    string text = Phrasing.Phrase(constraint, wording)!;
                    foreach (string line in (ReadOnlySpan<string>)[text, $"3. {text}", $"- {text}"])
                    {
                        var recognition = ConstraintRecogniser.Recognise(line);
                        count++;
                        if (!recognition.IsWhole || recognition.Found is not [{ Constraint: var read }] || !read.Equals(constraint))
                            wrong.Add($"{line} <- {constraint}, read {string.Join(" ", recognition.Found.Select(f => f.Constraint))}");
                    }
                }
            }
        }

        Assert.True(count > 2000, $"{count}");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count}:\n{string.Join('\n', wrong.Take(20))}");
    }
}
