namespace TraceFast.Tokenization.Jinja;

/// <summary>
/// Bounds on one rendering, so that a hostile template can neither hang nor exhaust memory. The values leave several orders of
/// magnitude above what chat templates need; both grow with the length of the conversation.
/// </summary>
/// <param name="Work">evaluated nodes, plus one per 16 characters that a string operation reads or writes</param>
/// <param name="WorkPerInputChar">added to <paramref name="Work"/> for each character of the input values</param>
/// <param name="Allocation">characters (and 16 per list or dict entry) that values may take in total</param>
/// <param name="AllocationPerInputChar">added to <paramref name="Allocation"/> for each character of the input values</param>
/// <param name="Depth">nested evaluation: macro calls, nested values</param>
internal sealed record JinjaLimits(
    long Work = 2_000_000,
    long WorkPerInputChar = 64,
    long Allocation = 32L << 20,
    long AllocationPerInputChar = 64,
    int Depth = 200)
{
    public static JinjaLimits Default { get; } = new();

    /// <summary>Nested brackets, operators and blocks that a template's text may hold.</summary>
    public const int ParseDepth = 120;

    /// <summary>Longest template text, in characters.</summary>
    public const int SourceLength = 4 << 20;

    /// <summary>jinja2.sandbox.MAX_RANGE</summary>
    public const int Range = 100_000;
}
