using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Data;

namespace TraceFast.Constraints;

/// <summary>
/// One constraint on an answer, about a scope of it: a record of its type with typed fields, equal by content, valid by construction. To
/// add a type: a record in its family's file in Types/ with a static <see cref="ConstraintType"/> that describes it, a block of templates
/// in each language in Resources/, and tests.
/// </summary>
[JsonConverter(typeof(ConstraintJsonConverter))]
public abstract record Constraint
{
    /// <exception cref="ConstraintException">Its fields make no sense, or its type does not apply to the scope.</exception>
    protected Constraint(Scope scope)
    {
        // the fields of a record are set before the constructor of its base runs
        Scope = scope;
        if (!Type.Scopes.Contains(scope))
            throw new ConstraintException(
                $"{Type.Name} does not apply to the scope {ScopeNames.IdOf(scope)}; it may "
                    + $"be {string.Join(", ", Type.Scopes.Select(ScopeNames.IdOf))}");
        foreach ((Field field, object value) in Type.ValuesOf(this))
        {
            if (field.Error(value) is { } wrong)
                throw new ConstraintException($"{Type.Name}: {wrong}");
        }

        if (Validate() is { } reason)
            throw new ConstraintException($"{Type.Name}: {reason}");
    }

    /// <summary>The part of the answer that it is about.</summary>
    public Scope Scope { get; }

    /// <summary>What holds for every constraint of its type.</summary>
    public virtual ConstraintType Type => ConstraintTypes.Of(GetType());

    /// <summary>Whether a response follows it, with the reason. Linear in the response's length; throws on no text.</summary>
    public abstract Verdict Check(Response response);

    /// <summary>A random constraint, of this type or another, that no response follows together with this one.</summary>
    /// <exception cref="NotSupportedException">Its type is judged by a language model.</exception>
    public abstract Constraint SampleConflicting(SamplingContext context);

    /// <summary>
    /// A random constraint of its type, about its scope, that a response follows: what could have been asked instead, for example the
    /// number that the response has.
    /// </summary>
    /// <returns>Null: none was found.</returns>
    /// <exception cref="NotSupportedException">Its type is judged by a language model.</exception>
    public virtual Constraint? SampleObeyed(Response response, SamplingContext context)
    {
        const int Tries = 32;
        return Enumerable.Range(0, Tries).Select(_ => Type.Sample(context))
            .FirstOrDefault(c => c.Scope == Scope && c.Check(response).IsObeyed);
    }

    /// <summary>Asks of a draft what an answer needs to follow it.</summary>
    /// <returns>False: the draft cannot have it, as far as the writer knows how.</returns>
    public abstract bool Apply(Draft draft);

    /// <summary>Whether the two cannot be in one instruction.</summary>
    public bool ConflictsWith(Constraint other) => Compatibility.Conflict(this, other);

    /// <summary>Texts that every answer which follows it contains.</summary>
    public virtual IEnumerable<string> RequiredTexts => [];

    /// <summary>Whether no answer that follows it contains the text.</summary>
    public virtual bool Forbids(string text) => false;

    /// <summary>Whether it and another of its type are about the same thing, so that only one of them can be asked for.</summary>
    public virtual bool Overlaps(Constraint sameType) => sameType.Scope == Scope;

    /// <summary>type(field=value, ...; scope) for messages.</summary>
    public sealed override string ToString()
    {
        StringBuilder text = new();
        foreach ((Field field, object value) in Type.ValuesOf(this))
            text.Append(text.Length == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"{field.Name}={value}");
        return $"{Type.Name}({text}{(Scope == Scope.Whole ? "" : $"; {ScopeNames.IdOf(Scope)}")})";
    }

    /// <summary>
    /// What else is wrong with fields of the right types, for example a range whose end lies before its start; null: nothing.
    /// </summary>
    protected virtual string? Validate() => null;
}

/// <summary>
/// An invalid constraint: an unknown type, a missing or wrong field, a scope that the type does not apply to.
/// </summary>
public sealed class ConstraintException(string message) : InputException(message);

/// <summary>A constraint as one instruction states it.</summary>
/// <param name="Constraint">What is asked.</param>
/// <param name="Text">The statement as the instruction has it, without the instruction's own bullets and separators.</param>
public sealed record StatedConstraint(Constraint Constraint, string Text);

/// <summary>What a check found.</summary>
public enum Outcome
{
    Obeyed,
    Violated,

    /// <summary>No program can tell; never counted as obeyed or violated without a judge.</summary>
    NeedsJudge,
}

/// <summary>A place in a response, in UTF-16 units.</summary>
public readonly record struct TextSpan(int Start, int Length);

/// <summary>The result of checking one constraint.</summary>
/// <param name="Outcome">Obeyed, violated or for a judge.</param>
/// <param name="Reason">What was found and what was asked for, in English.</param>
/// <param name="Where">The place in the response that shows it; null: the whole response.</param>
public readonly record struct Verdict(Outcome Outcome, string Reason, TextSpan? Where = null)
{
    public bool IsObeyed => Outcome == Outcome.Obeyed;

    public static Verdict NeedsJudge { get; } = new(Outcome.NeedsJudge, "no program can check this");

    public static Verdict Of(bool obeyed, string reason, TextSpan? where = null) =>
        new(obeyed ? Outcome.Obeyed : Outcome.Violated, reason, where);
}
