using TraceFast.Constraints.Templates;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Recognition;

namespace TraceFast.Constraints.Tests.Recognition;

/// <summary>What templates render is read back whole, in a list and at the end of a sentence too.</summary>
public sealed class OwnTemplateTests
{
    [Theory]
    [InlineData(Language.English)]
    [InlineData(Language.Chinese)]
    public void Every_template_of_every_type_is_read_back(Language language)
    {
        SeededRandom random = new(5);
        List<string> wrong = [];
        int count = 0;
        foreach (ConstraintType type in ConstraintTypes.All.Where(s => s.IsRuleChecked && s.Languages.Contains(language)))
        {
            for (int n = 0; n < 6; n++)
            {
                Constraint constraint = type.Sample(Samples.Context(random, language));
                foreach (Template template in Statements.Fitting(constraint, language))
                {
                    string text = template.Render(constraint)!;
                    foreach (string line in (ReadOnlySpan<string>)[text, $"3. {text}", $"- {text}"])
                    {
                        Constraints.Recognition.Recognition recognition = ConstraintRecognizer.Recognize(line);
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
