using TraceFast.Constraints.Templates;
using System.Collections.Concurrent;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>
/// What records of one file may be made of: the topics, types, templates and combinations of the training file, or of one held-out split.
/// </summary>
internal sealed class SynthScope
{
    /// <summary>
    /// From a template to the next to try: a prime greater than any number of templates, so that all are met, in an order that favors
    /// none.
    /// </summary>
    private const int Step = 104_729;

    private readonly HoldOut _holdOut;
    private readonly HashSet<ConstraintType> _excluded;
    private readonly ConcurrentDictionary<(ConstraintType, Language, Scope), Template[]> _templates = new();
    private readonly Dictionary<Language, ConstraintType[]> _types;
    private readonly Dictionary<Language, ConstraintType[]> _changed;

    /// <param name="options">Which types there are, what is held out.</param>
    /// <param name="split">The held-out split; null: the training file.</param>
    public SynthScope(SynthOptions options, HoldOutKind? split)
    {
        HoldOut holdOut = _holdOut = options.HoldOut;
        Split = split;
        Topics = [.. TopicLibrary.All.Where(t => holdOut.Has(t) == (split == HoldOutKind.Topic))];
        ConstraintType[] writable = [.. SynthGenerator.Writable.Where(s => options.Types?.Contains(s) ?? true)];
        _excluded = [.. ConstraintTypes.All.Where(s => !writable.Contains(s) || split != HoldOutKind.Type && holdOut.Has(s))];
        _types = ByLanguage(writable.Where(s => !holdOut.Has(s)));
        _changed = split == HoldOutKind.Type ? ByLanguage(writable.Where(holdOut.Has)) : _types;
    }

    public HoldOutKind? Split { get; }

    public IReadOnlyList<Topic> Topics { get; }

    /// <summary>What is missing for a split to have any record; null: nothing.</summary>
    public string? Fault(Language language)
    {
        if (Topics.Count == 0)
            return "no topic is left";
        if (_types[language].Length == 0 || _changed[language].Length == 0)
            return "no type of constraint is left";
        return null;
    }

    /// <summary>Types that instructions are made of.</summary>
    public IReadOnlyList<ConstraintType> TypesIn(Language language) => _types[language];

    /// <summary>Types in which the two instructions of a quad differ: in the split "type" those held out.</summary>
    public IReadOnlyList<ConstraintType> ChangedTypesIn(Language language) => _changed[language];

    /// <summary>
    /// A constraint in one of the templates of this scope; null: none says it, for example because a contradiction brought in a type of the
    /// other scope.
    /// </summary>
    public string? Phrase(Constraint constraint, Language language, SeededRandom random)
    {
        if (_excluded.Contains(constraint.Type))
            return null;
        Template[] templates = _templates.GetOrAdd((constraint.Type, language, constraint.Scope), Choose);
        if (templates.Length == 0)
            return null;
        Dictionary<string, object> values = Template.Values(constraint);
        int first = random.Below(templates.Length);
        for (int n = 0; n < templates.Length; n++)
        {
            if (templates[(first + n * (long)Step) % templates.Length].Render(values) is { } text)
                return text;
        }

        return null;
    }

    public bool AllowsCombination(IReadOnlyList<Constraint> constraints) =>
        _holdOut.HasCombination(constraints) == (Split == HoldOutKind.Combination);

    private Template[] Choose((ConstraintType Type, Language Language, Scope Scope) key) =>
        [.. key.Type.TemplatesIn(key.Language)
            .Where(w => w.Scope == key.Scope && _holdOut.Has(key.Type, w) == (Split == HoldOutKind.Template))];

    private static Dictionary<Language, ConstraintType[]> ByLanguage(IEnumerable<ConstraintType> types) =>
        Enum.GetValues<Language>().ToDictionary(l => l, l => types.Where(s => s.Languages.Contains(l)).ToArray());
}
