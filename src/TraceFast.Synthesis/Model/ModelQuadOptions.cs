using TraceFast.Constraints;

namespace TraceFast.Synthesis.Model;

/// <summary>How quads are made with a model.</summary>
public sealed record ModelQuadOptions
{
    /// <summary>Draws numbers, kinds, exact constraints and wordings.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Quads that are tried; seeds are gone through again with other draws. Null: one for each seed.</summary>
    public int? Count { get; init; }

    /// <summary>Least number of constraints of an instruction.</summary>
    public int LeastConstraints { get; init; } = 1;

    /// <summary>Greatest number of constraints of an instruction (the paper: 15).</summary>
    public int MostConstraints { get; init; } = 15;

    /// <summary>Greatest number of exact ones among them; there is one at least.</summary>
    public int MostExact { get; init; } = 3;

    /// <summary>Answers that are drawn for an instruction until one obeys it.</summary>
    public int Tries { get; init; } = 4;

    /// <summary>Sampling temperature of expansions and answers; judgements are taken at 0.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Quads under way at once.</summary>
    public int AtOnce { get; init; } = 8;

    /// <exception cref="ConstraintException">Numbers that can not be.</exception>
    internal void Validate()
    {
        if (LeastConstraints < 1 || MostConstraints < LeastConstraints || MostConstraints > 50)
            throw new ConstraintException($"an instruction has from 1 to 50 constraints, not {LeastConstraints} to {MostConstraints}");
        if (MostExact < 1 || Tries < 1 || AtOnce < 1 || Count < 0)
            throw new ConstraintException("the numbers of exact constraints, tries and quads under way must be at least 1");
    }
}
