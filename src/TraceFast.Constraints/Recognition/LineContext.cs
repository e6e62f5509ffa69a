namespace TraceFast.Constraints.Recognition;

/// <summary>What a clause's family may know of its line.</summary>
/// <param name="Text">The whole line.</param>
/// <param name="IsCodeTask">The task asks for a program: the form of its output is not the form of the answer.</param>
internal sealed record LineContext(string Text, bool IsCodeTask)
{
    /// <summary>An earlier clause speaks about something that was not read, so that a clause without a subject may speak about that.</summary>
    public bool IsSubjectLost { get; set; }
}
