namespace TraceFast.Training.Encoding;

/// <summary>
/// Which sequence of its record a sequence is. A sequence is a prompt followed by a response, and its log-probability is
/// that of the response.
/// </summary>
public enum SequenceRole
{
    /// <summary>The conversation of a supervised record.</summary>
    Sft,

    /// <summary>(prompt, chosen response).</summary>
    Chosen,

    /// <summary>(prompt, rejected response).</summary>
    Rejected,

    /// <summary>(x1, y1): chosen.</summary>
    X1Y1,

    /// <summary>(x1, y2): rejected.</summary>
    X1Y2,

    /// <summary>(x2, y2): chosen.</summary>
    X2Y2,

    /// <summary>(x2, y1): rejected.</summary>
    X2Y1,
}

/// <summary>The names of sequences in files: x1y1 and so on in quads, chosen and rejected in pairs, sft.</summary>
internal static class SequenceRoles
{
    public static string Name(this SequenceRole role) => role.ToString().ToLowerInvariant();
}
