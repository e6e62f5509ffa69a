using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints;

/// <summary>A sort that only a reader can judge. It is phrased and drawn as context; it is never obeyed or violated by program.</summary>
public abstract class JudgedSort : Sort
{
    public sealed override bool IsExact => false;

    public sealed override Verdict Check(Constraint constraint, Response response) => Verdict.NeedsJudge;

    /// <exception cref="NotSupportedException">Always: nothing is known to contradict it.</exception>
    public sealed override Constraint Contradict(Constraint constraint, SamplingContext context) => throw new NotSupportedException($"{Name} has no contradiction that a program can show");
}
