namespace TraceFast.Evaluation;

/// <summary>
/// A score as a ratio of sums over independent units: value = sum of numerators / sum of denominators. A share of records has denominator 1
/// per record; a share of instructions has the record's number of instructions. Units, not single instructions, are what the bootstrap
/// draws.
/// </summary>
/// <param name="Name">Stable name, as in JSON: "prompt_strict".</param>
/// <param name="Observations">One per unit, units in ascending order.</param>
public sealed record Metric(string Name, IReadOnlyList<Observation> Observations)
{
    /// <summary>Which part of the data, in a <see cref="Breakdown"/>; null for all of it.</summary>
    public string? Part { get; init; }

    /// <summary>The sum of the denominators: of how many.</summary>
    public double Count => Observations.Sum(o => o.Denominator);

    /// <summary>The score; NaN where there is nothing to score.</summary>
    public double Value => Observations.Sum(o => o.Numerator) / Count;
}

/// <summary>What one unit contributes to a metric.</summary>
/// <param name="Unit">Which unit: the record's index from 0, or a group's where records belong together. Two results are paired by
/// it.</param>
/// <param name="Numerator">For example the number of its constraints that were obeyed.</param>
/// <param name="Denominator">For example the number of its constraints.</param>
public readonly record struct Observation(int Unit, double Numerator, double Denominator);
