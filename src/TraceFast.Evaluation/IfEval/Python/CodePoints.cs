using TraceFast.Constraints;

namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>A text as Python sees it: a row of code points. Knows at which UTF-16 unit each lies.</summary>
internal sealed class CodePoints
{
    private readonly string source;
    private readonly int[]? values;
    private readonly int[]? units;

    public CodePoints(string source)
    {
        this.source = source;
        Length = source.Length;
        if (source.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return;
        List<int> found = new(source.Length), at = new(source.Length + 1);
        for (int i = 0; i < source.Length; i += found[^1] > char.MaxValue ? 2 : 1)
        {
            at.Add(i);
            found.Add(PythonString.At(source, i));
        }
        at.Add(source.Length);
        (values, units, Length) = ([.. found], [.. at], found.Count);
    }

    /// <summary>In code points.</summary>
    public int Length { get; }

    public int this[int index] => values == null ? source[index] : values[index];

    /// <summary>The text from one code point to before another.</summary>
    public ReadOnlySpan<char> Slice(int start, int end) => source.AsSpan(Unit(start), Unit(end) - Unit(start));

    /// <summary>The same stretch in UTF-16 units.</summary>
    public TextSpan Place(int start, int end) => new(Unit(start), Unit(end) - Unit(start));

    /// <summary>The UTF-16 unit at which a code point starts.</summary>
    public int Unit(int index) => units == null ? index : units[index];
}
