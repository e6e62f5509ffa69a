using TraceFast.Constraints;

namespace TraceFast.Evaluation.IfEval;

/// <summary>One instruction of a prompt, with its arguments.</summary>
internal interface IInstruction
{
    /// <summary>What it asks for, in words.</summary>
    string Request { get; }

    /// <summary>Whether a text follows it.</summary>
    /// <param name="text">Not blank.</param>
    Finding Check(string text);
}

/// <summary>What a check found.</summary>
/// <param name="IsFollowed">The official scorer's verdict.</param>
/// <param name="Reason">What stands in the text.</param>
/// <param name="Places">Where it shows; empty: the whole text.</param>
internal readonly record struct Finding(bool IsFollowed, string Reason, IReadOnlyList<TextSpan> Places)
{
    public Finding(bool isFollowed, string reason)
        : this(isFollowed, reason, [])
    {
    }
}
