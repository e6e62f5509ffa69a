using TraceFast.Training.Evaluation;

namespace TraceFast.Training.Loop;

/// <summary>All that a run reads, loaded and checked, before anything is computed or written.</summary>
/// <param name="Started">The local time at which the run began: a resumed run keeps the first.</param>
/// <param name="Model">The policy as it starts.</param>
/// <param name="Data">The records.</param>
/// <param name="Plan">What each step computes.</param>
/// <param name="Evaluations">Those that the program's composer supplies.</param>
internal sealed record LoadedRun(DateTime Started, RunModel Model, RunData Data, RunPlan Plan, IReadOnlyList<IEvaluation> Evaluations)
    : IDisposable
{
    public void Dispose() => Model.Dispose();
}
