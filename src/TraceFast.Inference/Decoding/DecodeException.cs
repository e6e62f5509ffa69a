using TraceFast.Data;

namespace TraceFast.Inference.Decoding;

/// <summary>A model cannot decode what it was given; the message says which request or file, and why.</summary>
public sealed class DecodeException : InputException
{
    public DecodeException(string message)
        : base(message)
    {
    }

    public DecodeException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
