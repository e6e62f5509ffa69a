namespace TraceFast.Tokenization.Jinja;

internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <param name="Text">template text, a name, an operator, or the decoded string literal</param>
/// <param name="Number">the value of an Integer (long) or Float (double)</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, object? Number = null)
{
    public bool Is(string operatorText) => Kind == TokenKind.Operator && Text == operatorText;

    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public string Describe() => Kind switch
    {
        TokenKind.End => "end of template",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.VariableEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.VariableBegin => "begin of print statement",
        TokenKind.Data => "template text",
        _ => Text,
    };
}
