namespace TraceFast.Training.Objectives;

/// <summary>
/// The logistic function s(x) = 1 / (1 + exp(-x)) and its logarithm, exact to rounding for every finite x: neither branch
/// ever takes exp of a positive number.
/// </summary>
internal static class Logistic
{
    /// <summary>s(x).</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /// <summary>log s(x) = min(x, 0) - log(1 + exp(-|x|)).</summary>
    public static double LogSigmoid(double x) => Math.Min(x, 0) - Log1p(Math.Exp(-Math.Abs(x)));

    /// <summary>s'(x) = s(x) s(-x).</summary>
    public static double Derivative(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return e / ((1 + e) * (1 + e));
    }

    /// <summary>
    /// log(1 + x) for -1 &lt; x, exact to rounding for tiny x too. Source: Goldberg, "What every computer scientist should know about
    /// floating-point arithmetic" (1991), theorem 4.
    /// </summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>exp(x) - 1, exact to rounding for tiny x too. Source: Kahan's formula, (e^x - 1) x / log(e^x).</summary>
    public static double Expm1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1)
            return x;
        double v = u - 1;
        return v == -1 || double.IsInfinity(u) ? v : v * x / Math.Log(u);
    }
}
