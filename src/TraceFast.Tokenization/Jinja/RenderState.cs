using System.Runtime.CompilerServices;

namespace TraceFast.Tokenization.Jinja;

/// <summary>What one rendering carries along: the line being evaluated, the time it sees, and what is left of its bounds.</summary>
internal sealed class RenderState(JinjaLimits limits, long inputLength, DateTime now)
{
    private readonly long _maxWork = limits.Work + limits.WorkPerInputChar * inputLength;
    private readonly long _maxAllocation = limits.Allocation + limits.AllocationPerInputChar * inputLength;
    private long _work;
    private long _allocated;
    private int _depth;

    /// <summary>1-based template line of the construct being evaluated.</summary>
    public int Line { get; set; } = 1;

    /// <summary>The local time that <c>strftime_now</c> prints.</summary>
    public DateTime Now { get; } = now;

    /// <summary>One evaluated node.</summary>
    public void Step()
    {
        if (++_work > _maxWork)
            throw new JinjaFault($"the template did not finish within {_maxWork} steps");
    }

    /// <summary>A string operation that reads or writes this many characters without keeping them.</summary>
    public void ChargeScan(long characters)
    {
        _work += (characters >> 4) + 1;
        if (_work > _maxWork)
            throw new JinjaFault($"the template did not finish within {_maxWork} steps");
    }

    /// <summary>A new string of this many characters. Called before it is made.</summary>
    public void ChargeText(long characters)
    {
        ChargeScan(characters);
        _allocated += characters;
        if (_allocated > _maxAllocation)
            throw new JinjaFault($"the template's values exceed {_maxAllocation} characters");
    }

    /// <summary>A new list, tuple or dict of this many entries. Called before it is made.</summary>
    public void ChargeItems(long count)
    {
        _work += count;
        ChargeText(checked(16 * count));
    }

    /// <summary>Enters a nested evaluation; pair with <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > limits.Depth)
            throw new JinjaFault($"evaluation is nested deeper than {limits.Depth}");
        RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    public void Leave() => _depth--;
}
