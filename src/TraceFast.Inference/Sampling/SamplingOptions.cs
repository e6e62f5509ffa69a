namespace TraceFast.Inference.Sampling;

/// <summary>How the next token is chosen from the logits. The defaults are greedy decoding.</summary>
public sealed record SamplingOptions
{
    /// <summary>See <see cref="RepetitionPenalty"/>; 1 is none.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Divides the logits; 0 takes the most probable token (greedy) and ignores the other settings.</summary>
    public double Temperature { get; init; }

    /// <summary>The number of most probable tokens that stay; 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>The probability that the tokens that stay have together; 1: all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The probability, as a share of the most probable token's, below which a token is left out; 0: none.</summary>
    public double MinP { get; init; }

    /// <summary>n: no n tokens come a second time, the prompt's counted; 0: they may. See <see cref="NoRepeatNgram"/>.</summary>
    public int NoRepeatNgramSize { get; init; }

    /// <summary>New tokens before which none that ends a text is chosen.</summary>
    public int MinNewTokens { get; init; }

    /// <summary>The same, the prompt's tokens counted.</summary>
    public int MinLength { get; init; }

    /// <summary>Ids of the vocabulary that are never chosen.</summary>
    public IReadOnlyList<int> SuppressTokens { get; init; } = [];

    /// <summary>Ids of the vocabulary that are not chosen first.</summary>
    public IReadOnlyList<int> BeginSuppressTokens { get; init; } = [];

    /// <summary>
    /// Runs of ids of the vocabulary, none of them empty, that are never chosen whole. See <see cref="Sampling.BadWords"/>.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> BadWords { get; init; } = [];

    /// <summary>The key of the random numbers.</summary>
    public ulong Seed { get; init; }

    public bool IsGreedy => Temperature == 0;

    /// <exception cref="InputException">A value is outside its range.</exception>
    public void Validate()
    {
        Require(double.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0,
            "repetition penalty", RepetitionPenalty, "a number above 0 (1: no penalty)");
        Require(double.IsFinite(Temperature) && Temperature >= 0, "temperature", Temperature, "a number from 0 (greedy)");
        Require(TopK >= 0, "top-k", TopK, "a whole number from 0 (0: all tokens)");
        Require(TopP is > 0 and <= 1, "top-p", TopP, "a number above 0 and at most 1 (1: all tokens)");
        Require(MinP is >= 0 and <= 1, "min-p", MinP, "a number from 0 to 1 (0: all tokens)");
    }

    private static void Require(bool fulfilled, string name, double found, string expected)
    {
        if (!fulfilled)
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{name}: found {found}, expected {expected}"));
    }
}
