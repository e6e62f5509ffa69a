using TraceFast.Constraints;

namespace TraceFast.Evaluation.Trace;

/// <summary>What a program can say about a constraint's line: a line that is understood as a whole is obeyed or violated; of another one only a violated part decides.</summary>
internal static class ProgramCheck
{
    public static Verdict Of(LineReading reading, Response response)
    {
        foreach (Constraint constraint in reading.Found)
        {
            Verdict verdict = constraint.Check(response);
            if (verdict.Outcome == Outcome.Violated)
                return verdict with { Reason = $"{constraint}: {verdict.Reason}" };
            if (verdict.Outcome == Outcome.NeedsJudge)
                return Verdict.NeedsJudge;
        }

        if (!reading.IsWhole || reading.Found.Count == 0)
            return Verdict.NeedsJudge;
        string reasons = string.Join("; ", reading.Found.Select(c => $"{c}: {c.Check(response).Reason}"));
        return new Verdict(Outcome.Obeyed, reasons);
    }
}
