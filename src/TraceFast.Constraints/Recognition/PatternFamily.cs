using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// Patterns of one family of constraints, read clause by clause. Every pattern is a regular expression without backtracking, so that
/// reading is linear in the length of the line. A family reads only what it is sure of.
/// </summary>
internal abstract class PatternFamily
{
    private static readonly Regex s_orBefore = Pattern($"(?:{Zh["or"]}| {En["or"]})\\s*$");

    private static readonly Regex s_orAfter = Pattern($"^\\s*(?:{Zh["or"]}|{En["or"]} )");

    protected static Vocabulary Zh => Vocabulary.Chinese;

    protected static Vocabulary En => Vocabulary.English;

    /// <summary>Adds what it reads in the clause.</summary>
    public abstract void Read(Clause clause, LineContext line, ICollection<Reading> found);

    internal static Regex Pattern(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    /// <summary>
    /// Whether a match is in a clause that asks for it: no wish, no alternative ("a chart or a list"), not negated, about the answer's own
    /// text.
    /// </summary>
    protected static bool IsAsked(Clause clause, Match match)
    {
        string before = clause.Text[..match.Index], after = clause.Text[(match.Index + match.Length)..];
        return !Doubt.IsWish(clause.Text) && !Doubt.IsNegated(before) && !Doubt.IsNoText(Quotations.Blank(before + " " + after))
            && !s_orBefore.IsMatch(before) && !s_orAfter.IsMatch(after);
    }

    /// <summary>A constraint that the words of a match ask for.</summary>
    protected static Reading At(Clause clause, Capture where, Func<Constraint> constraint) =>
        Reading.Of(clause.Span(where.Index, where.Length), constraint);

    protected static Reading At(Clause clause, Capture where, CountType type, CountRange range) =>
        Counted(clause.Span(where.Index, where.Length), type, range);

    protected static Reading Counted(TextSpan span, CountType type, CountRange range, Scope scope = Scope.Whole) => Reading.Of(span, () =>
        type.Of(range, scope));
}

/// <summary>What a pattern read.</summary>
internal sealed class Reading
{
    /// <summary>The only value of the constraint, where that is one end of a range.</summary>
    private readonly (Field Field, object Value)? _end;

    private Reading(TextSpan span, Constraint? constraint)
    {
        (Span, Constraint) = (span, constraint);
        if (constraint?.Type.ValuesOf(constraint).Take(2).ToArray() is [var only] && only.Field.Name is "min" or "max")
            _end = only;
    }

    /// <summary>The words of the line that ask for it.</summary>
    public TextSpan Span { get; }

    /// <summary>
    /// The constraint; null: its type refuses what was read, for example a mark of two characters, so that a judge has to decide.
    /// </summary>
    public Constraint? Constraint { get; }

    public static Reading Of(TextSpan span, Func<Constraint> constraint)
    {
        try
        {
            return new(span, constraint());
        }
        catch (ConstraintException)
        {
            return new(span, null);
        }
    }

    /// <summary>
    /// One reading in place of two ends of one range ("not under 100, not above 200"); null: they are not that.
    /// </summary>
    public static Reading? Join(Reading first, Reading second)
    {
        if (first._end is not { } one || second._end is not { } other || one.Field == other.Field)
            return null;
        if (first.Constraint!.Type != second.Constraint!.Type || first.Constraint.Scope != second.Constraint.Scope)
            return null;
        int start = Math.Min(first.Span.Start, second.Span.Start);
        int end = Math.Max(first.Span.Start + first.Span.Length, second.Span.Start + second.Span.Length);
        Dictionary<string, object> range = new() { [one.Field.Name] = one.Value, [other.Field.Name] = other.Value };
        return Of(new(start, end - start), () => first.Constraint.Type.Create(range, first.Constraint.Scope));
    }
}
