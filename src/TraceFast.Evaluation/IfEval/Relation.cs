using System.Globalization;

namespace TraceFast.Evaluation.IfEval;

/// <summary>How a count is compared to the number asked for: "less than" is &lt;, "at least" is >=.</summary>
internal readonly record struct Relation(bool IsLessThan, int Bound)
{
    public bool Holds(int count) => IsLessThan ? count < Bound : count >= Bound;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsLessThan ? "less than" : "at least")} {Bound}");
}
