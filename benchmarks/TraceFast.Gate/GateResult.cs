using TraceFast.Gate.Decision;
using TraceFast.Gate.Running;
using TraceFast.Gate.Suites;

namespace TraceFast.Gate;

/// <summary>What is said of a row.</summary>
public enum Verdict
{
    /// <summary>No slowdown as large as the budget; of a count: no increase above it.</summary>
    WithinBudget,

    /// <summary>A slowdown was seen once and did not recur in new processes.</summary>
    NotConfirmed,

    /// <summary>Worse, seen in both stages; of a count: worse in every process.</summary>
    Regression,

    /// <summary>Too noisy for its budget in the time that there was.</summary>
    CannotTell,
}

/// <summary>A row's outcome.</summary>
/// <param name="Slowdown">Estimate as a share; above 0: head is worse.</param>
/// <param name="Low">Of its 95 % interval over processes; of a count: the least that any two processes differ by.</param>
/// <param name="Pairs">In the stage that the estimate is of.</param>
/// <param name="Base">Median figure.</param>
/// <param name="Stage">That the estimate is of.</param>
/// <param name="PairsNeeded">What it would take to tell, where nothing can be told.</param>
public sealed record RowResult(
    SuiteRow Row, SuiteCommand Command, Verdict Verdict, double Slowdown, double Low, double High, int Pairs, double Base, double Head,
    GateStage Stage, int? PairsNeeded = null)
{
    /// <summary>The figures of the screening, pair by pair.</summary>
    public IReadOnlyList<(Figure Base, Figure Head)> Screened { get; init; } = [];

    /// <summary>What the row's profile printed for each version, where the row got slower and has one.</summary>
    public (string Base, string Head)? Profiles { get; init; }

    /// <summary>Faster beyond doubt.</summary>
    public bool IsFaster => High < 0;
}

/// <summary>A gate run's outcome.</summary>
/// <param name="Seconds">Of all measurements.</param>
public sealed record GateResult(RunHeader Run, Suite Suite, IReadOnlyList<RowResult> Rows, int Processes, double Seconds)
{
    /// <summary>The commits of base and head; null: one build was measured against itself.</summary>
    public (Revision Base, Revision Head)? Versions { get; init; }

    /// <summary>Rows that this machine cannot measure; they decide nothing.</summary>
    public IReadOnlyList<NotMeasured> NotMeasured { get; init; } = [];

    public bool Fails => Rows.Any(r => r.Verdict == Verdict.Regression);

    public bool CannotTell => Rows.Any(r => r.Verdict == Verdict.CannotTell);
}
