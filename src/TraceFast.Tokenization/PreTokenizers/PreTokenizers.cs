using System.Text;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.PreTokenizers;

/// <summary>
/// A pre-token: a stretch of a text. The first <paramref name="Origin"/> UTF-16 units of <paramref name="Text"/> stem from
/// the first character of the encoded text.
/// </summary>
internal readonly record struct Piece(string Text, int Start, int Length, int Origin)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    /// <summary>The piece starts with the first character of the encoded text, or with what was put before it.</summary>
    public bool AtStart => Start < Origin;

    /// <summary>How much of the piece stems from the first character of the encoded text.</summary>
    public ReadOnlySpan<char> OriginSpan => Span[..Math.Clamp(Origin - Start, 0, Length)];
}

/// <summary>Splits a pre-token into smaller ones, and may rewrite them.</summary>
internal interface IPreTokenizer
{
    /// <summary>No character of a text is left out of all its parts.</summary>
    bool KeepsText { get; }

    /// <summary>A part may hold other text than the stretch of the piece that it stems from.</summary>
    bool Rewrites { get; }

    /// <summary>Appends the parts of a piece to <paramref name="parts"/>; empty parts are left out.</summary>
    void Split(Piece piece, List<Piece> parts);
}

/// <summary>Splits at the matches of a pattern: Split, Digits, Punctuation, Whitespace and WhitespaceSplit are all this.</summary>
internal sealed class SplitPreTokenizer(IPattern pattern, SplitBehavior behavior, bool invert = false) : IPreTokenizer
{
    public bool KeepsText => behavior != SplitBehavior.Removed;

    public bool Rewrites => false;

    public void Split(Piece piece, List<Piece> parts) => behavior.Apply(pattern, invert, piece, parts);
}

/// <summary>
/// What becomes of the delimiters that a pattern matches. Splitting "the-final--countdown" at "-" gives:
/// Removed: the, final, countdown. Isolated: the, -, final, -, -, countdown. MergedWithPrevious: the-, final-, -, countdown.
/// MergedWithNext: the, -final, -, -countdown. Contiguous: the, -, final, --, countdown.
/// </summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Reads a behavior and applies one.</summary>
internal static class SplitBehaviors
{
    [ThreadStatic]
    private static List<PieceSpan>? s_scratch;

    public static SplitBehavior Read(JsonConfig value)
    {
        string name = value.AsText();
        return Enum.GetNames<SplitBehavior>().Contains(name)
            ? Enum.Parse<SplitBehavior>(name)
            : throw value.Error($"the behavior \"{name}\"", string.Join(", ", Enum.GetNames<SplitBehavior>()));
    }

    /// <summary>Splits a piece at the matches of a pattern (with <paramref name="invert"/>: at what lies between them).</summary>
    public static void Apply(this SplitBehavior behavior, IPattern pattern, bool invert, Piece piece, List<Piece> parts)
    {
        List<PieceSpan> spans = s_scratch ??= [];
        spans.Clear();
        pattern.FindMatches(piece.Span, spans);
        if (behavior == SplitBehavior.MergedWithNext)
            spans.Reverse();
        int firstPart = parts.Count;
        bool previousMatch = false;
        int start = 0;
        int end = 0;
        bool open = false;
        foreach (PieceSpan span in spans)
        {
            bool match = span.IsMatch != invert;
            bool merge = open && behavior switch
            {
                SplitBehavior.Contiguous => match == previousMatch,
                SplitBehavior.MergedWithPrevious or SplitBehavior.MergedWithNext => match && !previousMatch,
                _ => false,
            };
            if (!merge)
            {
                Add(piece, start, end, parts);
                (start, end) = (span.Start, span.End);
            }
            start = Math.Min(start, span.Start);
            end = Math.Max(end, span.End);
            open = true;
            if (behavior == SplitBehavior.Removed && match)
                end = start;
            previousMatch = match;
        }
        Add(piece, start, end, parts);
        if (behavior == SplitBehavior.MergedWithNext)
            parts.Reverse(firstPart, parts.Count - firstPart);
    }

    private static void Add(Piece piece, int start, int end, List<Piece> parts)
    {
        if (start < end)
            parts.Add(new Piece(piece.Text, piece.Start + start, end - start, piece.Origin));
    }
}

/// <summary>
/// GPT-2's splitting. The pieces are still text: writing them in the byte-level alphabet is left to
/// <see cref="ByteMapping"/>, or to the encoder where nothing follows.
/// </summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : IPreTokenizer
{
    public bool KeepsText => true;

    public bool Rewrites => addPrefixSpace;

    // https://github.com/openai/gpt-2/blob/master/src/encoder.py
    private static readonly RegexPattern s_gpt2 =
        new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");

    public void Split(Piece piece, List<Piece> parts)
    {
        if (addPrefixSpace && !piece.Span.StartsWith(' '))
        {
            string text = " " + piece.Span.ToString();
            piece = new Piece(text, 0, text.Length, piece.AtStart ? piece.OriginSpan.Length + 1 : 0);
        }
        if (useRegex)
            SplitBehavior.Isolated.Apply(s_gpt2, invert: false, piece, parts);
        else
            parts.Add(piece);
    }
}

/// <summary>Writes pieces in the byte-level alphabet.</summary>
internal sealed class ByteMapping : IPreTokenizer
{
    public bool KeepsText => true;

    public bool Rewrites => true;

    public void Split(Piece piece, List<Piece> parts)
    {
        char[] mapped = new char[ByteAlphabet.MaximumLength(piece.Length)];
        int length = ByteAlphabet.Write(piece.Span, mapped);
        int origin = System.Text.Encoding.UTF8.GetByteCount(piece.OriginSpan);
        parts.Add(new Piece(new string(mapped, 0, length), 0, length, origin));
    }
}

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

    private readonly string _replacement;
    private readonly PrependScheme _scheme;
    private readonly LiteralPattern? _split;

    private MetaspacePreTokenizer(string replacement, PrependScheme scheme, bool split)
    {
        _replacement = replacement;
        _scheme = scheme;
        _split = split ? new LiteralPattern(replacement) : null;
    }

    public static MetaspacePreTokenizer Read(JsonConfig value)
    {
        (string replacement, PrependScheme scheme) = ReadSettings(value);
        return new MetaspacePreTokenizer(replacement, scheme, value.Flag("split", true));
    }

    /// <summary>What the pre-tokenizer and the decoder share.</summary>
    public static (string Replacement, PrependScheme Scheme) ReadSettings(JsonConfig value)
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
        if (!value.Flag("add_prefix_space", true) && scheme != PrependScheme.Never)
            throw value.Error("add_prefix_space false with another prepend_scheme", "prepend_scheme \"never\" with it");
        return (replacement, scheme);
    }

    public void Split(Piece piece, List<Piece> parts)
    {
        string text = WithoutSpaces(piece.Span);
        int origin = WithoutSpaces(piece.OriginSpan).Length;
        bool prepend = _scheme == PrependScheme.Always || (_scheme == PrependScheme.First && piece.AtStart);
        if (prepend && !text.StartsWith(_replacement, StringComparison.Ordinal))
        {
            text = _replacement + text;
            origin += origin > 0 ? _replacement.Length : 0;
        }
        Piece whole = new(text, 0, text.Length, origin);
        if (_split is null)
            parts.Add(whole);
        else
            SplitBehavior.MergedWithNext.Apply(_split, invert: false, whole, parts);
    }

    private string WithoutSpaces(ReadOnlySpan<char> text) => text.ToString().Replace(" ", _replacement, StringComparison.Ordinal);
}

/// <summary>
/// Runs of word characters, and runs of what is neither word character nor white space: <c>\w+|[^\w\s]+</c> as Rust's regex crate reads it.
/// </summary>
internal sealed class WordPattern : IPattern
{
    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    public void FindMatches(ReadOnlySpan<char> text, List<PieceSpan> spans)
    {
        int start = 0;
        int at = 0;
        Kind? run = null;
        foreach (Rune rune in text.EnumerateRunes())
        {
            Kind kind = CharacterClasses.IsRustWord(rune.Value)
                ? Kind.Word : CharacterClasses.IsWhiteSpace(rune.Value) ? Kind.Space : Kind.Other;
            if (run is { } previous && previous != kind)
            {
                spans.Add(new PieceSpan(start, at, previous != Kind.Space));
                start = at;
            }
            run = kind;
            at += rune.Utf16SequenceLength;
        }
        spans.Add(new PieceSpan(start, at, run is Kind.Word or Kind.Other));
    }
}

/// <summary>Reads <c>pre_tokenizer</c> into a flat list of steps.</summary>
internal static class PreTokenizerReader
{
    /// <summary>
    /// The steps in order, and whether the encoder is to write the final pieces in the byte-level alphabet (a ByteLevel
    /// pre-tokenizer that nothing follows; then pieces can be looked up before they are rewritten).
    /// </summary>
    /// <exception cref="Data.InputException">A type that is not supported, or a malformed setting.</exception>
    public static (IPreTokenizer[] Steps, bool BytesAtEnd) Read(JsonConfig? section)
    {
        List<IPreTokenizer> steps = new();
        if (section is { } value)
        {
            Add(value, steps);
            ComponentLimits.CheckCount(value, steps.Count);
            // Each makes text beyond ASCII longer, so a chain of them would grow without end.
            if (steps.Count(s => s is ByteMapping) > 2)
                throw value.Error("ByteLevel more than twice", "it once");
        }
        bool bytesAtEnd = steps.Count > 0 && steps[^1] is ByteMapping;
        if (bytesAtEnd)
            steps.RemoveAt(steps.Count - 1);
        return ([.. steps], bytesAtEnd);
    }

    private static void Add(JsonConfig value, List<IPreTokenizer> steps)
    {
        string type = value.Text("type");
        switch (type)
        {
            case "Sequence":
                foreach (JsonConfig item in value.Required("pretokenizers").Items())
                    Add(item, steps);
                break;
            case "ByteLevel":
                steps.Add(new ByteLevelPreTokenizer(value.Flag("add_prefix_space"), value.Flag("use_regex", true)));
                steps.Add(new ByteMapping());
                break;
            case "Split":
                steps.Add(
                    new SplitPreTokenizer(PatternReader.Read(value.Required("pattern")), SplitBehaviors.Read(value.Required("behavior")),
                    value.Flag("invert")));
                break;
            case "Digits":
                steps.Add(new SplitPreTokenizer(new CodePointPattern(CharacterClasses.IsNumeric),
                    value.Flag("individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous));
                break;
            case "Punctuation":
                steps.Add(new SplitPreTokenizer(new CodePointPattern(CharacterClasses.IsPunctuation),
                    value.Optional("behavior") is { } behavior ? SplitBehaviors.Read(behavior) : SplitBehavior.Isolated));
                break;
            case "Whitespace":
                steps.Add(new SplitPreTokenizer(new WordPattern(), SplitBehavior.Removed, invert: true));
                break;
            case "WhitespaceSplit":
                steps.Add(new SplitPreTokenizer(new CodePointPattern(CharacterClasses.IsWhiteSpace), SplitBehavior.Removed));
                break;
            case "CharDelimiterSplit":
                JsonConfig delimiter = value.Required("delimiter");
                if (delimiter.AsText().EnumerateRunes().Count() != 1)
                    throw delimiter.Error("one character");
                steps.Add(new SplitPreTokenizer(new LiteralPattern(delimiter.AsText()), SplitBehavior.Removed));
                break;
            case "Metaspace":
                steps.Add(MetaspacePreTokenizer.Read(value));
                break;
            default:
                throw value.Required("type").Error($"the pre-tokenizer \"{type}\"",
                    "one of Sequence, ByteLevel, Split, Digits, Punctuation, Whitespace, WhitespaceSplit, CharDelimiterSplit, Metaspace");
        }
    }
}
