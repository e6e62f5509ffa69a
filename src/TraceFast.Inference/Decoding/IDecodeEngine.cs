namespace TraceFast.Inference.Decoding;

/// <summary>
/// A model with a cache for the keys and values of several rows. A row is a sequence of its own length: nothing is padded on the left.
/// What a call computes for a row depends on that row alone.
/// </summary>
public interface IDecodeEngine : IDisposable
{
    /// <summary>Rows of the cache.</summary>
    int Rows { get; }

    /// <summary>The most tokens of one row, prompt and new ones together.</summary>
    int MaxLength { get; }

    /// <summary>Computes keys and values of tokens of a row; those before them must be there.</summary>
    /// <param name="row">From 0 to <see cref="Rows"/> - 1.</param>
    /// <param name="start">The position of the first token.</param>
    /// <param name="tokens">At least one; they end within <see cref="MaxLength"/>.</param>
    void Prefill(int row, int start, ReadOnlySpan<int> tokens);

    /// <summary>Computes one token of each of the rows 0, 1, ... and the logits of what follows it.</summary>
    /// <param name="positions">The position of each in its row; keys and values before it must be there.</param>
    void Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions);

    /// <summary>The logits of a row after <see cref="Step"/>, [vocabulary] float32; the caller may overwrite them.</summary>
    Span<float> Logits(int row);

    /// <summary>Copies keys and values of the first <paramref name="length"/> positions of a row to another.</summary>
    void CopyRow(int from, int to, int length);
}
