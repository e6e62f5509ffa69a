using System.Globalization;
using System.Text;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Normalizers;
using TraceFast.Tokenization.Patterns;
using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization.Decoders;

/// <summary>One step from tokens back to text: takes the list of token strings, gives another; the last list is joined.</summary>
internal interface IDecoder
{
    List<string> Decode(List<string> tokens);
}

/// <summary>One decoder after another.</summary>
internal sealed class DecoderSequence(IReadOnlyList<IDecoder> decoders) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        long before = tokens.Sum(t => (long)t.Length);
        foreach (IDecoder decoder in decoders)
        {
            tokens = decoder.Decode(tokens);
            ComponentLimits.CheckGrowth(before, tokens.Sum(t => (long)t.Length));
        }
        return tokens;
    }
}

/// <summary>
/// From the byte-level alphabet back to UTF-8. A token with a character outside the alphabet represents its own text;
/// each maximal invalid sequence of bytes becomes U+FFFD.
/// </summary>
internal sealed class ByteLevelDecoder : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        List<byte> bytes = new();
        foreach (string token in tokens)
        {
            int before = bytes.Count;
            foreach (char c in token)
            {
                int b = ByteAlphabet.Byte(c);
                if (b < 0)
                {
                    bytes.RemoveRange(before, bytes.Count - before);
                    bytes.AddRange(Encoding.UTF8.GetBytes(token));
                    break;
                }
                bytes.Add((byte)b);
            }
        }
        return [Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes))];
    }
}

/// <summary>
/// A run of tokens <c>&lt;0xNN&gt;</c> becomes the text of its bytes, or one U+FFFD for each byte where they are no UTF-8.
/// </summary>
internal sealed class ByteFallbackDecoder : IDecoder
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public List<string> Decode(List<string> tokens)
    {
        List<string> decoded = new(tokens.Count);
        List<byte> run = new();
        foreach (string token in tokens)
        {
            if (token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
                && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte b))
            {
                run.Add(b);
                continue;
            }
            EndRun(run, decoded);
            decoded.Add(token);
        }
        EndRun(run, decoded);
        return decoded;
    }

    private static void EndRun(List<byte> run, List<string> decoded)
    {
        if (run.Count == 0)
            return;
        try
        {
            decoded.Add(s_strict.GetString([.. run]));
        }
        catch (DecoderFallbackException)
        {
            decoded.AddRange(Enumerable.Repeat("\uFFFD", run.Count));
        }
        run.Clear();
    }
}

/// <summary>Joins all tokens into one, for decoders that look at the ends of the text.</summary>
internal sealed class FuseDecoder : IDecoder
{
    public List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}

/// <summary>
/// Writes the visible space as a space again; in the first token it is left out where the pre-tokenizer may have put it in.
/// </summary>
internal sealed class MetaspaceDecoder(string replacement, PrependScheme scheme) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        List<string> decoded = new(tokens.Count);
        foreach (string token in tokens)
        {
            string space = decoded.Count == 0 && scheme != PrependScheme.Never ? "" : " ";
            decoded.Add(token.Replace(replacement, space, StringComparison.Ordinal));
        }
        return decoded;
    }
}

/// <summary>Puts a fixed text in place of each match, token by token.</summary>
internal sealed class ReplaceDecoder(IPattern pattern, string content) : IDecoder
{
    private readonly ReplaceNormalizer _replace = new(pattern, content);

    public List<string> Decode(List<string> tokens) => tokens.ConvertAll(token =>
    {
        int origin = 0;
        return _replace.Normalize(token, ref origin);
    });
}

/// <summary>
/// Takes up to <paramref name="start"/> characters off the front of each token and up to <paramref name="stop"/> off its end, where they
/// are <paramref name="content"/>.
/// </summary>
internal sealed class StripDecoder(Rune content, int start, int stop) : IDecoder
{
    private readonly string _content = content.ToString();

    public List<string> Decode(List<string> tokens) => tokens.ConvertAll(Strip);

    private string Strip(string token)
    {
        ReadOnlySpan<char> rest = token;
        for (int i = 0; i < start && rest.StartsWith(_content); i++)
            rest = rest[_content.Length..];
        for (int i = 0; i < stop && rest.EndsWith(_content); i++)
            rest = rest[..^_content.Length];
        return rest.Length == token.Length ? token : rest.ToString();
    }
}

/// <summary>The end-of-word suffix becomes a space, in the last token nothing (BPEDecoder).</summary>
internal sealed class WordSuffixDecoder(string suffix) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        if (suffix.Length == 0)
            return tokens;
        List<string> decoded = new(tokens.Count);
        foreach (string token in tokens)
            decoded.Add(token.Replace(suffix, decoded.Count == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal));
        return decoded;
    }
}

/// <summary>Reads <c>decoder</c>.</summary>
internal static class DecoderReader
{
    /// <exception cref="Data.InputException">A type that is not supported, or a malformed setting.</exception>
    public static IDecoder? Read(JsonConfig? section)
    {
        if (section is not { } value)
            return null;
        List<IDecoder> chain = new();
        Add(value, chain);
        ComponentLimits.CheckCount(value, chain.Count);
        return new DecoderSequence(chain);
    }

    private static void Add(JsonConfig value, List<IDecoder> chain)
    {
        if (value.Text("type") != "Sequence")
        {
            chain.Add(Component(value));
            return;
        }
        foreach (JsonConfig item in value.Required("decoders").Items())
            Add(item, chain);
    }

    private static IDecoder Component(JsonConfig value)
    {
        string type = value.Text("type");
        switch (type)
        {
            case "ByteLevel":
                return new ByteLevelDecoder();
            case "ByteFallback":
                return new ByteFallbackDecoder();
            case "Fuse":
                return new FuseDecoder();
            case "Replace":
                return new ReplaceDecoder(PatternReader.Read(value.Required("pattern")), value.Text("content"));
            case "Strip":
                return new StripDecoder(
                    Character(value.Required("content")), value.Required("start").AsInteger(), value.Required("stop").AsInteger());
            case "Metaspace":
                (string replacement, PrependScheme scheme) = MetaspacePreTokenizer.ReadSettings(value);
                return new MetaspaceDecoder(replacement, scheme);
            case "BPEDecoder":
                return new WordSuffixDecoder(value.Text("suffix"));
            default:
                throw value.Required("type").Error($"the decoder \"{type}\"",
                    "one of Sequence, ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace, BPEDecoder");
        }
    }

    private static Rune Character(JsonConfig value)
    {
        string text = value.AsText();
        return Rune.DecodeFromUtf16(text, out Rune rune, out int units) == System.Buffers.OperationStatus.Done && units == text.Length
            ? rune
            : throw value.Error($"\"{text}\"", "one character");
    }
}
