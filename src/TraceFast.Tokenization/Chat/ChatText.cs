namespace TraceFast.Tokenization.Chat;

/// <summary>
/// Text on its way to tokens: units that are tokenized one by one, each either pieces of text (control text may hold special tokens,
/// contents may not) or one token by its id.
/// </summary>
internal sealed class ChatText
{
    private readonly List<Unit> _units = [];

    public string Text => string.Concat(_units.Select(u => u.Token ?? string.Concat(u.Pieces!.Select(p => p.Text))));

    public ChatText Add(IReadOnlyList<(string Text, bool AllowSpecial)> pieces)
    {
        if (pieces.Any(p => p.Text.Length > 0))
            _units.Add(new Unit(pieces, null, 0));
        return this;
    }

    public ChatText AddToken(string token, int id)
    {
        _units.Add(new Unit(null, token, id));
        return this;
    }

    public ChatText Add(ChatText other)
    {
        _units.AddRange(other._units);
        return this;
    }

    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="splitSpecialTokens">Special tokens that contents spell stay plain text; otherwise they are matched everywhere.</param>
    /// <param name="atMost">As in <see cref="Tokenizer.Encode(string, bool, bool, int)"/>.</param>
    public int[] Encode(Tokenizer tokenizer, bool splitSpecialTokens = true, int atMost = int.MaxValue) =>
        [.. _units.SelectMany(unit => unit.Pieces is null ? [unit.Id] : tokenizer.Encode(splitSpecialTokens ? unit.Pieces : [.. unit.Pieces.Select(p => (p.Text, true))], atMost))];

    private sealed record Unit(IReadOnlyList<(string Text, bool AllowSpecial)>? Pieces, string? Token, int Id);
}
