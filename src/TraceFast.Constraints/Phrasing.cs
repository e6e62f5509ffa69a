using System.Collections.Concurrent;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints;

/// <summary>Says constraints in words, and reads words of its own making back.</summary>
public static class Phrasing
{
    private static readonly ConcurrentDictionary<(Sort, Language, Scope), Wording[]> Index = new();

    /// <summary>The wordings that say a constraint in a language, in the sort's order.</summary>
    public static IReadOnlyList<Wording> Fitting(Constraint constraint, Language language)
    {
        List<Wording> fitting = [];
        foreach (Wording wording in Of(constraint.Sort, language, constraint.Scope))
        {
            if (wording.Parsed.Write(constraint) is not null)
                fitting.Add(wording);
        }

        return fitting;
    }

    /// <summary>The constraint in one of its wordings.</summary>
    /// <param name="constraint">What to say.</param>
    /// <param name="language">The language to say it in.</param>
    /// <param name="index">Which of the fitting wordings; any number from 0 up, it wraps around.</param>
    /// <exception cref="ConstraintException">The sort has no wording for these arguments in that language.</exception>
    public static string Phrase(Constraint constraint, Language language, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        List<string> texts = [];
        foreach (Wording wording in Of(constraint.Sort, language, constraint.Scope))
        {
            if (wording.Parsed.Write(constraint) is { } text)
                texts.Add(text);
        }

        return texts.Count > 0 ? texts[index % texts.Count] : throw new ConstraintException($"{constraint} has no wording in {language}");
    }

    /// <summary>The constraint in a given wording; null: that wording does not say it.</summary>
    public static string? Phrase(Constraint constraint, Wording wording) => wording.Scope == constraint.Scope ? wording.Parsed.Write(constraint) : null;

    /// <summary>The constraint that a text says in a given wording; null: it is not that wording, or what it says is no valid constraint.</summary>
    public static Constraint? Read(string text, Sort sort, Wording wording)
    {
        if (wording.Parsed.Read(text, sort) is not { } arguments)
            return null;
        try
        {
            Constraint constraint = new(sort, arguments, wording.Scope);
            return wording.Parsed.Write(constraint) is null ? null : constraint;
        }
        catch (ConstraintException)
        {
            return null;
        }
    }

    /// <summary>
    /// The constraint that a text (one line, without its number or bullet) says in any wording of an exact sort; null: in none. Text between the slots must be the wording's, letter case aside.
    /// Where several wordings match, the one with the most text of its own is taken.
    /// </summary>
    public static Constraint? Read(string text, Language language)
    {
        (Constraint? best, int most) = (null, -1);
        foreach ((Sort sort, Wording wording) in WordingIndex.Of(language).For(text))
        {
            if (wording.Parsed.LiteralLength > most && Read(text, sort, wording) is { } constraint)
                (best, most) = (constraint, wording.Parsed.LiteralLength);
        }

        return best;
    }

    private static Wording[] Of(Sort sort, Language language, Scope part) =>
        Index.GetOrAdd((sort, language, part), static key => [.. key.Item1.Wordings.Where(w => w.Language == key.Item2 && w.Scope == key.Item3)]);
}
