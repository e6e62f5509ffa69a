using TraceFast.Constraints;
using TraceFast.Constraints.Recognition;

namespace TraceFast.Evaluation.Trace;

/// <summary>What a program can say about a constraint's line: a line that is understood as a whole is obeyed or violated; of another one only a violated part decides.</summary>
internal static class ProgramCheck
{
    public static Verdict Of(Recognition reading, Response response)
    {
        foreach (Constraint constraint in reading.Found.Select(f => f.Constraint))
        {
            Verdict verdict = constraint.Check(response);
            if (verdict.Outcome == Outcome.Violated)
                return verdict with { Reason = $"{constraint}: {verdict.Reason}" };
            if (verdict.Outcome == Outcome.NeedsJudge)
                return Verdict.NeedsJudge;
        }

        if (!reading.IsWhole || reading.Found.Count == 0)
            return Verdict.NeedsJudge;
        string reasons = string.Join("; ", reading.Found.Select(f => $"{f.Constraint}: {f.Constraint.Check(response).Reason}"));
        return new Verdict(Outcome.Obeyed, reasons);
    }
}
