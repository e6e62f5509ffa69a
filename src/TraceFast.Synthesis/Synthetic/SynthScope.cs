using System.Collections.Concurrent;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>What records of one file may be made of: the topics, sorts, wordings and combinations of the training file, or of one held-out split.</summary>
internal sealed class SynthScope
{
    /// <summary>From a wording to the next to try: a prime greater than any number of wordings, so that all are met, in an order that favours none.</summary>
    private const int Step = 104_729;

    private readonly HoldOut _holdOut;
    private readonly HashSet<Sort> _excluded;
    private readonly ConcurrentDictionary<(Sort, Language, Scope), Wording[]> _wordings = new();
    private readonly Dictionary<Language, Sort[]> _sorts;
    private readonly Dictionary<Language, Sort[]> _changed;

    /// <param name="options">Which sorts there are, what is held out.</param>
    /// <param name="split">The held-out split; null: the training file.</param>
    public SynthScope(SynthOptions options, HoldOutKind? split)
    {
        HoldOut holdOut = _holdOut = options.HoldOut;
        Split = split;
        Topics = [.. TopicLibrary.All.Where(t => holdOut.Has(t) == (split == HoldOutKind.Topic))];
        Sort[] writable = [.. SynthMaker.Writable.Where(s => options.Sorts?.Contains(s) ?? true)];
        _excluded = [.. Sorts.All.Where(s => !writable.Contains(s) || split != HoldOutKind.Sort && holdOut.Has(s))];
        _sorts = ByLanguage(writable.Where(s => !holdOut.Has(s)));
        _changed = split == HoldOutKind.Sort ? ByLanguage(writable.Where(holdOut.Has)) : _sorts;
    }

    public HoldOutKind? Split { get; }

    public IReadOnlyList<Topic> Topics { get; }

    /// <summary>What is missing for a split to have any record; null: nothing.</summary>
    public string? Fault(Language language)
    {
        if (Topics.Count == 0)
            return "no topic is left";
        if (_sorts[language].Length == 0 || _changed[language].Length == 0)
            return "no sort of constraint is left";
        return null;
    }

    /// <summary>Sorts that instructions are made of.</summary>
    public IReadOnlyList<Sort> SortsIn(Language language) => _sorts[language];

    /// <summary>Sorts in which the two instructions of a quad differ: in the split "sort" those held out.</summary>
    public IReadOnlyList<Sort> ChangedSortsIn(Language language) => _changed[language];

    /// <summary>A constraint in one of the wordings of this scope; null: none says it, for example because a contradiction brought in a sort of the other scope.</summary>
    public string? Phrase(Constraint constraint, Language language, SeededRandom random)
    {
        if (_excluded.Contains(constraint.Sort))
            return null;
        Wording[] wordings = _wordings.GetOrAdd((constraint.Sort, language, constraint.Scope), Choose);
        if (wordings.Length == 0)
            return null;
        int first = random.Below(wordings.Length);
        for (int n = 0; n < wordings.Length; n++)
        {
            if (Phrasing.Phrase(constraint, wordings[(first + n * (long)Step) % wordings.Length]) is { } text)
                return text;
        }

        return null;
    }

    public bool AllowsCombination(IReadOnlyList<Constraint> constraints) => _holdOut.HasCombination(constraints) == (Split == HoldOutKind.Combination);

    private Wording[] Choose((Sort Sort, Language Language, Scope Scope) key) =>
        [.. key.Sort.Wordings.Where(w => w.Language == key.Language && w.Scope == key.Scope && _holdOut.Has(key.Sort, w) == (Split == HoldOutKind.Wording))];

    private static Dictionary<Language, Sort[]> ByLanguage(IEnumerable<Sort> sorts) =>
        Enum.GetValues<Language>().ToDictionary(l => l, l => sorts.Where(s => s.Languages.Contains(l)).ToArray());
}
