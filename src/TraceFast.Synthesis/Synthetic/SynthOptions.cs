using TraceFast.Constraints;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>How synthetic records are drawn.</summary>
public sealed record SynthOptions
{
    public ulong Seed { get; init; }

    /// <summary>Of the instructions; records take turns.</summary>
    public IReadOnlyList<Language> Languages { get; init; } = [Language.English, Language.Chinese];

    /// <summary>Fewest constraints of an instruction; numbers take turns from here to <see cref="MostConstraints"/>.</summary>
    public int FewestConstraints { get; init; } = 1;

    public int MostConstraints { get; init; } = 6;

    /// <summary>The sorts that instructions are made of, of <see cref="SynthMaker.Writable"/>; null: all of these.</summary>
    public IReadOnlyCollection<ConstraintType>? Types { get; init; }

    public HoldOut HoldOut { get; init; } = HoldOut.Nothing;

    /// <summary>Answers of a sentence or two where no constraint asks for more, for small models.</summary>
    public bool IsBrief { get; init; }

    /// <summary>The probability with which an answer obeys a constraint that both instructions share; below 1 the answers are noisy, and each record says which constraints are broken.</summary>
    public double Obey { get; init; } = 1;

    /// <summary>The share of first answers that begin with a title that nobody asked for: a feature of the response alone, which a loss must not learn from.</summary>
    public double Confound { get; init; }

    /// <summary>The share of quads with a constraint that only a reader can judge, in both instructions; the answers are not written for it.</summary>
    public double Unchecked { get; init; }
}
