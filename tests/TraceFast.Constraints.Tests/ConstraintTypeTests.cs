using TraceFast.Constraints.Templates;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests;

public class ConstraintTypeTests
{
    [Fact]
    public void Every_category_has_a_type()
    {
        Assert.Equal(26, Category.All.Count);
        Assert.Empty(Category.All.Where(kind => ConstraintTypes.All.All(t => t.Category != kind)).Select(kind => kind.Name));
    }

    [Fact]
    public void At_least_forty_types_are_rule_checked()
    {
        Assert.True(ConstraintTypes.All.Count(s => s.IsRuleChecked) >= 40);
        Assert.Equal(ConstraintTypes.All.Count, ConstraintTypes.All.Select(s => s.Name).Distinct().Count());
    }

    [Fact]
    public void Every_type_has_six_templates_in_each_language_it_is_for()
    {
        foreach (ConstraintType type in ConstraintTypes.All)
        {
            foreach (Language language in type.Languages)
            {
                Assert.True(type.TemplatesIn(language).Count >= 6, $"{type.Name} {language}");
            }
        }
    }

    /// <summary>Whatever is sampled can be stated in several ways.</summary>
    [Fact]
    public void Every_sampled_shape_of_fields_has_several_templates()
    {
        List<string> poor = [];
        foreach (ConstraintType type in ConstraintTypes.All)
        {
            foreach (Language language in type.Languages)
            {
                SamplingContext context = Samples.Context(new SeededRandom(11), language);
                for (int n = 0; n < 200; n++)
                {
                    Constraint constraint = type.Sample(context);
                    int least = constraint.Scope == Scope.Whole ? 6 : 3;
                    if (Statements.Fitting(constraint, language).Count < least)
                        poor.Add($"{constraint} {language}: {Statements.Fitting(constraint, language).Count}");
                }
            }
        }

        Assert.True(poor.Count == 0, string.Join('\n', poor.Distinct().Take(20)));
    }

    [Fact]
    public void What_no_program_can_check_is_left_to_a_judge()
    {
        foreach (ConstraintType type in ConstraintTypes.All.Where(s => !s.IsRuleChecked))
        {
            SamplingContext context = Samples.Context(new SeededRandom(1), Language.English);
            Constraint constraint = type.Sample(context);
            Assert.Equal(Outcome.NeedsJudge, constraint.Check(new Response("anything")).Outcome);
            Assert.Throws<NotSupportedException>(() => constraint.SampleConflicting(context));
        }
    }

    [Fact]
    public void Sampling_is_the_same_for_the_same_seed()
    {
        foreach (ConstraintType type in ConstraintTypes.All)
        {
            string First(ulong seed) =>
                string.Join(
                    ';', Enumerable.Range(0, 20)
                        .Select(n => type.Sample(Samples.Context(SeededRandom.Split(seed, (ulong)n), type.Languages[0]))));
            Assert.Equal(First(5), First(5));
        }
    }
}
