using TraceFast.Data;

namespace TraceFast.Training.Checkpoints;

/// <summary>A checkpoint is damaged, or belongs to another run than the one that would resume from it.</summary>
public sealed class CheckpointException : InputException
{
    public CheckpointException(string message)
        : base(message)
    {
    }

    public CheckpointException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
