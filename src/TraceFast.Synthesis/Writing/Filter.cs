using TraceFast.Constraints;

namespace TraceFast.Synthesis.Writing;

/// <summary>What no sentence of an answer may hold: words and marks that a plan forbids anywhere.</summary>
internal sealed class Filter
{
    private readonly List<string> _words;
    private readonly string _marks;
    private readonly List<string> _longMarks;

    public Filter(Plan plan)
    {
        bool parted = plan.Shape is Shape.Prose or Shape.List && !plan.HasTable && !plan.HasCode; // sentences know which part they stand in
        _words = [.. plan.Forbidden.Where(f => f.Scope == Scope.Whole || !parted && f.Scope != Scope.Title).Select(f => f.Word)];
        _marks = string.Concat(plan.ForbiddenMarks.Where(m => m.Length == 1).Select(m => (char)HalfWidth(m[0])));
        _longMarks = [.. plan.ForbiddenMarks.Where(m => m.Length > 1)];
    }

    public bool Allows(string text)
    {
        if (_words.Count > 0 && Composer.Holds(text, _words))
            return false;
        if (_marks.Length > 0)
        {
            foreach (char c in text)
            {
                if (_marks.Contains((char)HalfWidth(c)))
                    return false;
            }
        }

        return _longMarks.Count == 0 || !Composer.Holds(text, _longMarks);
    }

    /// <summary>A reader who forbids commas means ， too.</summary>
    private static int HalfWidth(char c) => c switch
    {
        >= '！' and <= '～' => c - 0xFEE0,
        '。' => '.',
        '“' or '”' => '"',
        '‘' or '’' => '\'',
        _ => c,
    };
}
