using System.Numerics;

namespace TraceFast.Evaluation.Statistics;

/// <summary>
/// McNemar's exact test (McNemar 1947; the exact binomial form): whether two scorings of the same units, each right or wrong, differ. Units on which they agree
/// say nothing; of the others each side is as likely to be right under the null hypothesis.
/// </summary>
public static class McNemar
{
    /// <summary>
    /// The two-sided p-value: min(1, 2 P(X &lt;= min(b, c))), X binomial with b + c trials of probability 1/2. Whole numbers throughout, so that every machine gets
    /// the same.
    /// </summary>
    /// <param name="onlyFirst">b: units that the first alone has right.</param>
    /// <param name="onlySecond">c: units that the second alone has right.</param>
    public static double PValue(int onlyFirst, int onlySecond)
    {
        int trials = onlyFirst + onlySecond;
        BigInteger choose = 1, sum = 0;
        for (int k = 0; k <= Math.Min(onlyFirst, onlySecond); k++)
        {
            sum += choose;
            choose = choose * (trials - k) / (k + 1);
        }
        // 2 sum / 2^trials in fixed point with 60 binary digits, which a double holds.
        const int digits = 60;
        BigInteger share = trials <= digits + 1 ? sum << (digits + 1 - trials) : sum >> (trials - digits - 1);
        return Math.Min(1, (double)share / (1UL << digits));
    }
}
