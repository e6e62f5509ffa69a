namespace TraceFast.Training;

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

    /// <summary>(x1, y1): obeyed.</summary>
    C1,

    /// <summary>(x1, y2): not obeyed.</summary>
    R1,

    /// <summary>(x2, y2): obeyed.</summary>
    C2,

    /// <summary>(x2, y1): not obeyed.</summary>
    R2,
}
