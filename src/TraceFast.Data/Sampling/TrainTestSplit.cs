using System.Globalization;

namespace TraceFast.Data.Sampling;

/// <summary>
/// <c>datasets.Dataset.train_test_split(test_size, seed)</c>: of <c>numpy.random.default_rng(seed).permutation(n)</c> the first
/// ceil(n * share) records are the test split, the rest the training split, both in that order.
/// </summary>
public static class TrainTestSplit
{
    /// <param name="count">n, the number of records.</param>
    /// <param name="testSize">Below 1 a share of the records, from 1 on a whole number of them.</param>
    /// <param name="seed">The run's seed, not negative.</param>
    /// <exception cref="InputException">A size that is no share and no count, or that leaves one side empty.</exception>
    public static (int[] Train, int[] Test) Split(int count, double testSize, long seed)
    {
        int test = TestCount(count, testSize);
        if (seed < 0)
            throw new InputException($"seed: {seed} is negative; splitting off validation records needs a seed of 0 or more");
        int[] order = new NumpyGenerator((ulong)seed).Permutation(count);
        return (order[test..], order[..test]);
    }

    private static int TestCount(int count, double testSize)
    {
        string found = testSize.ToString(CultureInfo.InvariantCulture);
        if (!(testSize > 0) || (testSize >= 1 && testSize != Math.Floor(testSize)))
            throw new InputException($"val_size: {found} is neither a share between 0 and 1 nor a whole number of records");
        double test = testSize < 1 ? Math.Ceiling(testSize * count) : testSize;
        if (test >= count)
            throw new InputException($"val_size: {found} of {count} records leaves none to train on; make it smaller");
        return (int)test;
    }
}
