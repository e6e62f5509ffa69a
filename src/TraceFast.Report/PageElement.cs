namespace TraceFast.Report;

/// <summary>Something on a page below its facts, under a heading of its own.</summary>
public abstract record PageElement
{
    /// <summary>The heading.</summary>
    public abstract string Title { get; init; }
}
