using TraceFast.Data;

namespace TraceFast.Tokenization;

/// <summary>
/// A conversation that a chat format cannot turn into tokens, a template that is unknown or does not fit the tokenizer, or a
/// chat_template that does not separate prompt and answer.
/// </summary>
public sealed class ChatException : InputException
{
    public ChatException(string message)
        : base(message)
    {
    }
}
