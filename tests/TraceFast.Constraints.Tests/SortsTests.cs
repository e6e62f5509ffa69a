using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Tests;

public class SortsTests
{
    [Fact]
    public void Every_kind_has_a_sort()
    {
        Assert.Equal(26, Category.All.Count);
        Assert.Empty(Category.All.Where(kind => Sorts.All.All(s => s.Kind != kind)).Select(kind => kind.Name));
    }

    [Fact]
    public void At_least_forty_sorts_are_exact()
    {
        Assert.True(Sorts.All.Count(s => s.IsExact) >= 40);
        Assert.Equal(Sorts.All.Count, Sorts.All.Select(s => s.Name).Distinct().Count());
        HashSet<string> names = [.. Sorts.All.Select(s => s.Name)];
        Assert.Empty(Sorts.All.SelectMany(s => s.ConflictsWith.Where(n => !names.Contains(n)).Select(n => $"{s.Name} conflicts with {n}, which is no sort")));
    }

    [Fact]
    public void Every_sort_has_six_wordings_in_each_language_it_is_for()
    {
        foreach (Sort sort in Sorts.All)
        {
            foreach (Language language in sort.Languages)
            {
                Assert.True(sort.Wordings.Count(w => w.Language == language) >= 6, $"{sort.Name} {language}");
                Assert.Equal(sort.Wordings.Count, sort.Wordings.Distinct().Count());
            }
        }
    }

    /// <summary>Whatever is drawn can be said in five ways or more.</summary>
    [Fact]
    public void Every_drawn_shape_of_arguments_has_several_wordings()
    {
        List<string> poor = [];
        foreach (Sort sort in Sorts.All)
        {
            foreach (Language language in sort.Languages)
            {
                SamplingContext context = Samples.Context(new SeededRandom(11), language);
                for (int n = 0; n < 200; n++)
                {
                    Constraint constraint = sort.Draw(context);
                    int least = constraint.Scope == Scope.Whole ? 6 : 3;
                    if (Phrasing.Fitting(constraint, language).Count < least)
                        poor.Add($"{constraint} {language}: {Phrasing.Fitting(constraint, language).Count}");
                }
            }
        }

        Assert.True(poor.Count == 0, string.Join('\n', poor.Distinct().Take(20)));
    }

    [Fact]
    public void What_no_program_can_check_is_left_to_a_judge()
    {
        foreach (Sort sort in Sorts.All.Where(s => !s.IsExact))
        {
            SamplingContext context = Samples.Context(new SeededRandom(1), Language.English);
            Constraint constraint = sort.Draw(context);
            Assert.Equal(Outcome.NeedsJudge, constraint.Check(new Response("anything")).Outcome);
            Assert.Throws<NotSupportedException>(() => sort.Contradict(constraint, context));
        }
    }

    [Fact]
    public void Drawing_is_the_same_for_the_same_seed()
    {
        foreach (Sort sort in Sorts.All)
        {
            string First(ulong seed) => string.Join(';', Enumerable.Range(0, 20).Select(n => sort.Draw(Samples.Context(SeededRandom.Split(seed, (ulong)n), sort.Languages[0]))));
            Assert.Equal(First(5), First(5));
        }
    }
}
