namespace TraceFast.Training.Steps;

/// <summary>
/// A sum of N terms in an order of additions that depends on N alone:
/// <code>
///   S(f, s) = term f                       where f + s >= N
///           = S(f, 2 s) + S(f + s, 2 s)    else;          the sum is S(0, 1)
/// </code>
/// S(f, s) holds the terms f, f + s, f + 2 s, ... So where term i is on rank i mod W and W is a power of two, rank r has all of S(r, W):
/// it adds its own terms, and one partial sum for each rank is left to add.
/// </summary>
/// <param name="First">f, the first term.</param>
/// <param name="Stride">s, a power of two.</param>
public readonly record struct SumTree(int First, int Stride)
{
    /// <summary>The sum of all terms.</summary>
    public static SumTree Whole => new(0, 1);

    /// <summary>The largest sums whose terms are all <paramref name="owned"/>, in the order in which they are added.</summary>
    /// <param name="count">N.</param>
    public static IReadOnlyList<SumTree> Cover(int count, Func<int, bool> owned)
    {
        List<SumTree> found = [];
        if (count > 0)
            Whole.Cover(count, owned, found);
        return found;
    }

    /// <summary>Adds up.</summary>
    /// <param name="count">N, at least 1.</param>
    /// <param name="known">The value of a sum that is known; null: it is the sum of its two parts. A single term must be known.</param>
    /// <param name="add">Left and right to their sum; may reuse the memory of the left one.</param>
    public T Sum<T>(int count, Func<SumTree, T?> known, Func<T, T, T> add)
        where T : class
    {
        if (known(this) is { } value)
            return value;
        if (IsTerm(count))
            throw new InvalidOperationException($"term {First} of {count} has no value");
        T left = Left.Sum(count, known, add);
        return add(left, Right.Sum(count, known, add));
    }

    /// <summary>Whether it is a single term of N.</summary>
    public bool IsTerm(int count) => First >= count - Stride;

    private SumTree Left => new(First, 2 * Stride);

    private SumTree Right => new(First + Stride, 2 * Stride);

    private void Cover(int count, Func<int, bool> owned, List<SumTree> found)
    {
        if (Terms(count).All(owned))
            found.Add(this);
        else if (!IsTerm(count))
        {
            Left.Cover(count, owned, found);
            Right.Cover(count, owned, found);
        }
    }

    private IEnumerable<int> Terms(int count)
    {
        for (long term = First; term < count; term += Stride)
            yield return (int)term;
    }
}
