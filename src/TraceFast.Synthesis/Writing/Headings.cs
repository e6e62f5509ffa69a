using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>The headings before the paragraphs of an answer.</summary>
internal sealed class Headings
{
    private const int MostLevels = 6;

    private readonly List<string> _lines = [];

    public Headings(Plan plan, Composer composer, SeededRandom random, int paragraphs)
    {
        IReadOnlyList<string>? named = plan.SectionHeadings;
        if (named is null && !plan.Headings.IsAsked() && !plan.HeadingDepth.IsAsked() || plan.Headings.Max == 0 || plan.HeadingDepth.Max == 0)
            return;
        int least = Math.Max(named?.Count ?? 0, (int)(plan.HeadingDepth.Min ?? 0));
        int count = named is not null ? plan.Headings.Draw(random, least, least) : plan.Headings.Draw(random, Math.Max(1, least), paragraphs);
        int levels = plan.HeadingLevel is not null ? 1 : plan.HeadingDepth.Draw(random, 1, Math.Min(2, Math.Max(1, count)));
        IsPossible = count <= paragraphs && count >= least && levels <= Math.Min(MostLevels, Math.Max(1, count)) && levels >= (count > 0 ? 1 : 0);
        HashSet<string> used = [];
        for (int n = 0; n < count && IsPossible; n++)
        {
            string text = named is not null && n < named.Count ? named[n] : composer.Fill("heading", plan.TextLanguage);
            while (!used.Add(text))
                text = composer.Fill("heading", plan.TextLanguage);
            int level = plan.HeadingLevel ?? (levels == MostLevels ? 1 : 2) + (n < levels ? n : random.Below(levels));
            _lines.Add(new string('#', level) + " " + text);
        }
    }

    public bool IsPossible { get; } = true;

    /// <summary>The heading line before a paragraph; null: none.</summary>
    public string? Before(int paragraph) => paragraph < _lines.Count ? _lines[paragraph] : null;
}
