namespace TraceFast.Synthesis;

/// <summary>How many quads were dropped, and why. Not for several threads at once; counts of several threads are added up.</summary>
public sealed class DropCounts
{
    private readonly int[] _counts = new int[Enum.GetValues<DropReason>().Length];

    public int this[DropReason reason] => _counts[(int)reason];

    public int Total => _counts.Sum();

    /// <summary>The reasons that occurred, the most frequent first.</summary>
    public IReadOnlyList<(DropReason Reason, int Count)> All =>
        [.. Enum.GetValues<DropReason>().Select(r => (Reason: r, Count: this[r])).Where(d => d.Count > 0).OrderByDescending(d => d.Count)];

    public void Add(DropReason reason, int count = 1) => _counts[(int)reason] += count;

    public void Add(DropCounts other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
    }
}

/// <summary>Why a quad is not written.</summary>
public enum DropReason
{
    /// <summary>An instruction or an answer is empty.</summary>
    EmptyText,

    /// <summary>An instruction has no constraint that a program can check.</summary>
    NothingExact,

    /// <summary>A constraint that needs a judge is among the rule-checked ones: it would favor one answer unchecked.</summary>
    JudgedApart,

    /// <summary>Both instructions ask for the same.</summary>
    SameConstraints,

    /// <summary>Both answers are the same text.</summary>
    SameAnswers,

    /// <summary>Y1 violates a constraint of X1.</summary>
    Y1BreaksX1,

    /// <summary>Y2 violates a constraint of X2.</summary>
    Y2BreaksX2,

    /// <summary>Y1 obeys all of X2 too.</summary>
    Y1ObeysX2,

    /// <summary>Y2 obeys all of X1 too.</summary>
    Y2ObeysX1,

    /// <summary>The writer found no answer for this set of constraints.</summary>
    NotWritten,

    /// <summary>There are no two constraints, or no two responses, that could be told apart.</summary>
    NoContrast,

    /// <summary>The prompt is more than one turn of the user, or ready token ids.</summary>
    NotOneTurn,

    /// <summary>
    /// The record is ready token ids, or trains more than one answer: which of them a constraint would be about cannot be told.
    /// </summary>
    NotOneAnswer,

    /// <summary>The record holds a thought beside an answer, or tools: a quad has no place for them.</summary>
    BesideText,

    /// <summary>
    /// An answer refuses, is cut off, is a left-over of a chat, or is not in the language of its prompt; or that is neither English nor
    /// Chinese.
    /// </summary>
    UnsoundAnswer,

    /// <summary>A model gave no answer of the form that was asked for.</summary>
    NoForm,

    /// <summary>A judge found an instruction incomplete, repetitive or impossible to obey, or did not decide.</summary>
    BadInstruction,

    /// <summary>A model's answer was not accepted by its judge.</summary>
    Rejected,

    /// <summary>An answer or an instruction has been written before, up to white space.</summary>
    Duplicate,

    /// <summary>An answer is nearly one that has been written before.</summary>
    NearDuplicate,

    /// <summary>An instruction overlaps one of an evaluation set.</summary>
    Contaminated,

    /// <summary>Enough quads with this number of constraints have been written.</summary>
    Balance,
}
