namespace TraceFast.Training.Scoring;

/// <summary>The names of sequences in files: those of the formula (c1, r1, c2, r2), chosen and rejected for pairs, sft.</summary>
internal static class RoleNames
{
    public static string Of(SequenceRole role) => role.ToString().ToLowerInvariant();
}
