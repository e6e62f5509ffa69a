using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization;

/// <summary>What the encoding of one text works on.</summary>
/// <param name="capacity">About as many ids as the text will have.</param>
internal sealed class EncodingPass(int capacity)
{
    /// <summary>The ids so far.</summary>
    public List<int> Ids { get; } = new(capacity);

    /// <summary>Lists that the pieces of a stretch are collected in, kept for the next stretch.</summary>
    public (List<Piece> Pieces, List<Piece> Parts) Scratch { get; } = ([], []);

    /// <summary>A text that is certain to have more tokens is refused.</summary>
    public int AtMost { get; init; } = int.MaxValue;

    public bool Normalizes { get; init; } = true;

    public bool PreTokenizes { get; init; } = true;

    /// <summary>Gets the processed text, where it is asked for.</summary>
    public ProcessedText? Processed { get; init; }
}
