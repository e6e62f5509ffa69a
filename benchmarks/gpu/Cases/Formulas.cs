namespace TraceFast.Benchmarks.Gpu.Cases;

/// <summary>Functions of one number, in float64.</summary>
internal static class Formulas
{
    /// <summary>act(z) and act'(z): silu, gelu, gelu_tanh.</summary>
    public static (double Value, double Slope) Activation(int activation, double z)
    {
        switch (activation)
        {
            case 0:
                double s = Sigmoid(z);
                return (z * s, s * (1 + (z * (1 - s))));
            case 1:
                double phi = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
                double below = NormalBelow(z);
                return (z * below, below + (z * phi));
            default:
                const double C = 0.044715;
                double k = Math.Sqrt(2 / Math.PI), t = Math.Tanh(k * (z + (C * z * z * z)));
                return (0.5 * z * (1 + t), (0.5 * (1 + t)) + (0.5 * z * (1 - (t * t)) * k * (1 + (3 * C * z * z))));
        }
    }

    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    /// <summary>log sigmoid(x), without overflow.</summary>
    public static double LogSigmoid(double x) => Math.Min(0, x) - Math.Log(1 + Math.Exp(-Math.Abs(x)));

    public static double Cap(double z, double softcap) => softcap > 0 ? softcap * Math.Tanh(z / softcap) : z;

    /// <summary>The derivative of <see cref="Cap"/>, from its value.</summary>
    public static double CapSlope(double capped, double softcap) => softcap > 0 ? 1 - (capped / softcap * (capped / softcap)) : 1;

    // Phi(z) = 1/2 + phi(z) (z + z^3/3 + z^5/15 + ...): Abramowitz and Stegun 26.2.11, exact to the last digits for |z| < 8 on either side.
    private static double NormalBelow(double z)
    {
        if (z < -8)
            return 0;
        if (z > 8)
            return 1;
        double term = z, sum = z;
        for (int k = 3; Math.Abs(term) > 1e-18; k += 2)
        {
            term *= z * z / k;
            sum += term;
        }
        return 0.5 + (Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * sum);
    }
}
