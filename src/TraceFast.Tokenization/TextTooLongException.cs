using System.Globalization;
using TraceFast.Data;

namespace TraceFast.Tokenization;

/// <summary>A text is certain to have more tokens than its reader takes; it was not tokenized.</summary>
public sealed class TextTooLongException(int atLeast, int limit)
    : InputException(string.Create(CultureInfo.InvariantCulture, $"a text has at least {atLeast} tokens, expected at most {limit}"))
{
    /// <summary>Tokens that the text has at least.</summary>
    public int AtLeast { get; } = atLeast;
}
