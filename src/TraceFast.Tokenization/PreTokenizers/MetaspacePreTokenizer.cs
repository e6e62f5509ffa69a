using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.PreTokenizers;

internal enum PrependScheme
{
    /// <summary>Before the first piece of the text only.</summary>
    First,
    Never,
    Always,
}

/// <summary>Writes spaces as a visible character, puts one in front, and splits before each.</summary>
internal sealed class MetaspacePreTokenizer : IPreTokenizer
{
    public bool KeepsText => true;

    public bool Rewrites => true;

    private readonly string replacement;
    private readonly PrependScheme scheme;
    private readonly LiteralPattern? split;

    private MetaspacePreTokenizer(string replacement, PrependScheme scheme, bool split)
    {
        this.replacement = replacement;
        this.scheme = scheme;
        this.split = split ? new LiteralPattern(replacement) : null;
    }

    public static MetaspacePreTokenizer Read(JsonValue value)
    {
        (string replacement, PrependScheme scheme) = ReadSettings(value);
        return new MetaspacePreTokenizer(replacement, scheme, value.Flag("split", absent: true));
    }

    /// <summary>What the pre-tokenizer and the decoder share.</summary>
    public static (string Replacement, PrependScheme Scheme) ReadSettings(JsonValue value)
    {
        string replacement = value.Text("replacement");
        if (replacement.Length == 0 || replacement.Length > (char.IsHighSurrogate(replacement[0]) ? 2 : 1))
            throw value.Required("replacement").Error($"\"{replacement}\"", "one character");
        PrependScheme scheme = PrependScheme.Always;
        if (value.Optional("prepend_scheme") is { } given)
        {
            scheme = given.AsText() switch
            {
                "first" => PrependScheme.First,
                "never" => PrependScheme.Never,
                "always" => PrependScheme.Always,
                string other => throw given.Error($"\"{other}\"", "first, never or always"),
            };
        }
        if (!value.Flag("add_prefix_space", absent: true) && scheme != PrependScheme.Never)
            throw value.Error("add_prefix_space false with another prepend_scheme", "prepend_scheme \"never\" with it");
        return (replacement, scheme);
    }

    public void Split(Piece piece, List<Piece> parts)
    {
        string text = WithoutSpaces(piece.Span);
        int origin = WithoutSpaces(piece.OriginSpan).Length;
        bool prepend = scheme == PrependScheme.Always || (scheme == PrependScheme.First && piece.AtStart);
        if (prepend && !text.StartsWith(replacement, StringComparison.Ordinal))
        {
            text = replacement + text;
            origin += origin > 0 ? replacement.Length : 0;
        }
        var whole = new Piece(text, 0, text.Length, origin);
        if (split is null)
            parts.Add(whole);
        else
            SplitBehavior.MergedWithNext.Apply(split, invert: false, whole, parts);
    }

    private string WithoutSpaces(ReadOnlySpan<char> text) => text.ToString().Replace(" ", replacement, StringComparison.Ordinal);
}
