using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints;

/// <summary>
/// One sort of constraint, of one kind: how it is phrased, checked, drawn at random and contradicted. Stateless; one instance, listed in <see cref="Sorts"/>.
/// A sort of a kind that no program can check derives from <see cref="JudgedSort"/>.
/// </summary>
public abstract class Sort
{
    /// <summary>Stable name in JSON and labels: lower case with underscores.</summary>
    public abstract string Name { get; }

    public abstract Category Kind { get; }

    /// <summary>Whether <see cref="Check"/> decides; false: it says that a judge must.</summary>
    public virtual bool IsExact => true;

    /// <summary>What it takes, in the order of JSON.</summary>
    public abstract IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The parts of an answer that it can speak about.</summary>
    public virtual IReadOnlyList<Scope> Parts => [Scope.Whole];

    /// <summary>Languages of answers in which it makes sense (letter case, for example, is not for Chinese).</summary>
    public virtual IReadOnlyList<Language> Languages => [Language.English, Language.Chinese];

    /// <summary>At least six wordings for each language that it makes sense in, some of them for each part and shape of arguments that it draws.</summary>
    public abstract IReadOnlyList<Wording> Wordings { get; }

    /// <summary>How a wording's {parameter:named} slot calls an allowed value, for example "English" for en; null: it has no name in that language.</summary>
    public virtual string? NameOf(string parameter, string value, Language language) => value;

    /// <summary>Names of sorts that can never stand beside it in one instruction, whatever the arguments; seen from either side.</summary>
    public virtual IReadOnlySet<string> ConflictsWith => NoNames;

    protected static IReadOnlySet<string> NoNames { get; } = new HashSet<string>();

    /// <summary>Texts that stand in every answer that obeys, so that a sort that forbids one of them knows that it conflicts.</summary>
    public virtual IEnumerable<string> MustContain(Constraint constraint) => [];

    /// <summary>Linear in the response's length; throws on no text.</summary>
    public abstract Verdict Check(Constraint constraint, Response response);

    /// <summary>A random instance that fits the task.</summary>
    public abstract Constraint Draw(SamplingContext context);

    /// <summary>A random instance of this sort (or, where it says so, another) that no response obeys together with <paramref name="constraint"/>.</summary>
    public abstract Constraint Contradict(Constraint constraint, SamplingContext context);

    /// <summary>
    /// Whether two constraints can not stand in one instruction, as this sort sees it: of different sorts by name, of this sort by arguments (the default: never two about one part).
    /// <see cref="Constraint.ConflictsWith"/> asks both sides.
    /// </summary>
    public virtual bool Conflicts(Constraint own, Constraint other) =>
        other.Sort == this ? other.Scope == own.Scope : ConflictsWith.Contains(other.Sort.Name) || other.Sort.ConflictsWith.Contains(Name);

    /// <exception cref="ConstraintException">What is wrong, with the sort's name.</exception>
    internal void Validate(Arguments arguments, Scope part)
    {
        if (!Parts.Contains(part))
            throw new ConstraintException($"{Name} does not speak about the part {part}; it knows {string.Join(", ", Parts)}");
        foreach ((string name, object value) in arguments.Values)
        {
            Parameter parameter = Parameters.FirstOrDefault(p => p.Name == name)
                ?? throw new ConstraintException($"{Name} takes no argument \"{name}\"; it takes {(Parameters.Count == 0 ? "none" : string.Join(", ", Parameters.Select(p => p.Name)))}");
            bool fits = parameter.Type switch
            {
                ParameterType.Integer => value is long,
                ParameterType.Text => value is string { Length: > 0 },
                _ => value is string[] { Length: > 0 } texts && texts.All(t => t.Length > 0),
            };
            if (!fits)
                throw new ConstraintException($"{Name}: argument \"{name}\" has to be {Describe(parameter.Type)}; found {arguments}");
            if (parameter.Values is { } allowed && value is string text && !allowed.Contains(text))
                throw new ConstraintException($"{Name}: argument \"{name}\" is \"{text}\"; it may be {string.Join(", ", allowed)}");
        }

        foreach (Parameter parameter in Parameters)
        {
            if (parameter.Required && !arguments.Has(parameter.Name))
                throw new ConstraintException($"{Name}: argument \"{parameter.Name}\" is missing");
        }

        if (Refuse(arguments) is { } reason)
            throw new ConstraintException($"{Name}: {reason}");
    }

    private static string Describe(ParameterType type) => type switch
    {
        ParameterType.Integer => "a whole number",
        ParameterType.Text => "a text that is not empty",
        _ => "a list of texts, none of them empty",
    };

    /// <summary>What else is wrong with arguments of the right types, for example a range whose end lies before its start; null: nothing.</summary>
    protected virtual string? Refuse(Arguments arguments) => null;
}
