namespace TraceFast.Training.Distributed;

/// <summary>A sum over ranks that was begun and goes on while its caller computes.</summary>
public class PendingSum
{
    /// <summary>One that is complete.</summary>
    public static PendingSum Complete { get; } = new();

    protected PendingSum()
    {
    }

    /// <summary>Returns when the sum is in its place.</summary>
    /// <exception cref="RankFailedException">Another rank has failed or does not answer.</exception>
    public virtual void Wait()
    {
    }
}
