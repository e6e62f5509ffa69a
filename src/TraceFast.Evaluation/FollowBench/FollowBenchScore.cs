using TraceFast.Evaluation.PublishedCode;

namespace TraceFast.Evaluation.FollowBench;

/// <summary>What became of one example at one level.</summary>
/// <param name="Level">1 to 5.</param>
/// <param name="Hard">1: all added constraints are satisfied; 0; or -1: undecided.</param>
/// <param name="Soft">Share that is satisfied; or -1.</param>
public readonly record struct LevelScore(int Level, int Hard, double Soft)
{
    /// <summary>As the published code counts an answer of the judge that it can not read: -1 in both sums.</summary>
    public static LevelScore Undecided(int level) => new(level, -1, -1);

    public static LevelScore Of(int level, FollowBenchAnswer? answer) => answer is null ? Undecided(level) : new(level, answer.Hard, answer.Soft);

    /// <summary>A program's: 0 or 1 in both.</summary>
    public static LevelScore Of(int level, bool satisfied) => new(level, satisfied ? 1 : 0, satisfied ? 1 : 0);
}

/// <summary>
/// A set's figures (arXiv 2310.20410, section 3.3, as the published code rounds them). HSR(level) = 100 · sum of hard / examples, SSR(level) the same of soft, 2 decimals.
/// CSL = mean number of levels from 1 on that are satisfied without a break, 1 decimal. The published overall figure weights level n by n: (1·l1 + ... + 5·l5) / 15.
/// </summary>
/// <param name="Hsr">Percent for levels 1 to 5.</param>
/// <param name="Ssr">Percent for levels 1 to 5.</param>
/// <param name="Csl">0 to 5.</param>
public sealed record FollowBenchScore(IReadOnlyList<string> Hsr, IReadOnlyList<string> Ssr, double Csl)
{
    private const int Levels = 5;

    public double WeightedHsr => Weighted(Hsr);

    public double WeightedSsr => Weighted(Ssr);

    /// <param name="judged">Examples that a judge decided, levels 1 to 5 of each in order.</param>
    /// <param name="checkedByProgram">Examples that a program decided.</param>
    public static FollowBenchScore Of(IReadOnlyList<IReadOnlyList<LevelScore>> judged, IReadOnlyList<IReadOnlyList<LevelScore>> checkedByProgram)
    {
        int examples = judged.Count + checkedByProgram.Count;
        string[] hsr = new string[Levels], ssr = new string[Levels];
        for (int level = 1; level <= Levels; level++)
        {
            // The sums of the two ways are formed apart and then added, as published: the last bit depends on it.
            hsr[level - 1] = Rounded.Fixed((Sum(judged, level, s => s.Hard) + Sum(checkedByProgram, level, s => s.Hard)) / examples * 100, 2);
            ssr[level - 1] = Rounded.Fixed((Sum(judged, level, s => s.Soft) + Sum(checkedByProgram, level, s => s.Soft)) / examples * 100, 2);
        }

        double consistent = judged.Concat(checkedByProgram).Sum(Consistent);
        return new FollowBenchScore(hsr, ssr, Rounded.Python(consistent / examples, 1));
    }

    /// <summary>How many levels from 1 on are satisfied before the first that is not (or is undecided).</summary>
    public static int Consistent(IReadOnlyList<LevelScore> levels) => levels.TakeWhile(s => s.Hard == 1).Count();

    private static double Sum(IReadOnlyList<IReadOnlyList<LevelScore>> groups, int level, Func<LevelScore, double> of)
    {
        double sum = 0;
        foreach (IReadOnlyList<LevelScore> group in groups)
            sum += of(group.Single(s => s.Level == level));
        return sum;
    }

    private static double Weighted(IReadOnlyList<string> levels)
    {
        double sum = 0;
        for (int i = 0; i < Levels; i++)
            sum += (i + 1) * double.Parse(levels[i], System.Globalization.CultureInfo.InvariantCulture);
        return sum / 15;
    }
}
