namespace TraceFast.Models.Config;

/// <summary>One rotary embedding of a model: base, width and how long contexts are reached.</summary>
/// <param name="Name">Its module's name in transformers: rotary_emb, or rotary_emb_local for gemma3's sliding layers.</param>
/// <param name="Theta">Base of the geometric series of wavelengths.</param>
/// <param name="RotaryDim">Channels of each head that rotate (even); the rest pass through.</param>
/// <param name="Scaling">Change of the frequencies for long contexts.</param>
public sealed record RopeConfig(string Name, double Theta, int RotaryDim, RopeScaling Scaling);

/// <summary>How rotary frequencies are changed for contexts longer than those first trained on.</summary>
public abstract record RopeScaling
{
    private RopeScaling()
    {
    }

    /// <summary>Unchanged frequencies.</summary>
    public sealed record Default : RopeScaling;

    /// <summary>Every frequency divided by <paramref name="Factor"/> (position interpolation, arXiv 2306.15595).</summary>
    public sealed record Linear(double Factor) : RopeScaling;

    /// <summary>Llama 3.1: long wavelengths divided by the factor, short ones kept, a smooth passage between.</summary>
    public sealed record Llama3(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalLength) : RopeScaling;

    /// <summary>
    /// YaRN (arXiv 2309.00071): a ramp between interpolation and extrapolation, and <paramref name="AttentionScaling"/> on cos and sin.
    /// </summary>
    public sealed record Yarn(
        double Factor, double AttentionScaling, double BetaFast, double BetaSlow, int OriginalLength, bool Truncate) : RopeScaling;
}
