using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// Patterns of one family of constraints, read clause by clause. Every pattern is a regular expression without backtracking, so that reading is linear
/// in the length of the line. A family reads only what it is sure of.
/// </summary>
internal abstract class PatternFamily
{
    /// <summary>Adds what it reads in the clause.</summary>
    public abstract void Read(Clause clause, LineContext line, ICollection<Reading> found);

    protected static Regex Pattern(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    /// <summary>Whether a match stands in a clause that asks for it: no wish, no alternative, not turned round, about the answer's own text.</summary>
    protected static bool IsAsked(Clause clause, Match match)
    {
        string before = clause.Text[..match.Index];
        string outside = before + " " + clause.Text[(match.Index + match.Length)..];
        return !Doubt.IsWish(clause.Text) && !Doubt.IsNegated(before) && !Doubt.IsNoText(Quotations.Blank(outside)) && !HasAlternative(clause.Text, match);
    }

    /// <summary>"a chart or a list", "图表或列表": either will do.</summary>
    private static bool HasAlternative(string clause, Match match)
    {
        int end = match.Index + match.Length;
        return clause.AsSpan(end).TrimStart() is ['或', ..] || clause.AsSpan(end).TrimStart().StartsWith("or ", StringComparison.OrdinalIgnoreCase)
            || clause.AsSpan(0, match.Index).TrimEnd() is [.., '或'] || clause.AsSpan(0, match.Index).TrimEnd().EndsWith(" or", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A constraint that the words of a match ask for.</summary>
    protected static Reading At(Clause clause, Capture where, Func<Constraint> constraint) => Reading.Of(clause.Span(where.Index, where.Length), constraint);

    protected static Reading At(Clause clause, Capture where, CountType type, CountRange range) => Counted(clause.Span(where.Index, where.Length), type, range);

    protected static Reading Counted(TextSpan span, CountType type, CountRange range, Scope scope = Scope.Whole) => Reading.Of(span, () => type.Of(range, scope));
}
