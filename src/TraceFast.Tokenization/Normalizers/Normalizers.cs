using System.Text;
using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Data.CodePoints;
using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.Normalizers;

/// <summary>Rewrites text before it is split. The same instance comes back where nothing changes.</summary>
internal interface INormalizer
{
    /// <param name="text">The text to rewrite.</param>
    /// <param name="origin">
    /// The number of leading UTF-16 units that stem from the first character of the encoded text, before and after: a
    /// Metaspace that prepends only to the first piece asks for it.
    /// </param>
    string Normalize(string text, ref int origin);
}

/// <summary>One normalizer after another.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> normalizers) : INormalizer
{
    public string Normalize(string text, ref int origin)
    {
        int before = text.Length;
        foreach (INormalizer normalizer in normalizers)
        {
            text = normalizer.Normalize(text, ref origin);
            ComponentLimits.CheckGrowth(before, text.Length);
        }
        return text;
    }
}

/// <summary>Lower case, code point by code point, without regard to context or language (Rust's <c>char::to_lowercase</c>).</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    // The one code point whose lower case is two: i and a combining dot above.
    private const char CapitalIWithDot = '\u0130';

    public string Normalize(string text, ref int origin)
    {
        origin = Lower(text[..origin]).Length;
        return Lower(text);
    }

    private static string Lower(string text)
    {
        string lower = text.ToLowerInvariant();
        return lower.Contains(CapitalIWithDot) ? lower.Replace(CapitalIWithDot.ToString(), "i\u0307", StringComparison.Ordinal) : lower;
    }
}

/// <summary>Puts a text before any text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public string Normalize(string text, ref int origin)
    {
        if (text.Length == 0)
            return text;
        origin += origin > 0 ? prefix.Length : 0;
        return prefix + text;
    }
}

/// <summary>Puts a fixed text in place of each match; the text stems from the last character of the match.</summary>
internal sealed class ReplaceNormalizer(IPattern pattern, string content) : INormalizer
{
    public string Normalize(string text, ref int origin)
    {
        List<PieceSpan> spans = new();
        pattern.FindMatches(text, spans);
        if (!spans.Exists(s => s.IsMatch))
            return text;
        StringBuilder result = new(text.Length);
        int before = origin;
        origin = 0;
        foreach (PieceSpan span in spans)
        {
            if (span.IsMatch)
            {
                result.Append(content);
                ComponentLimits.CheckGrowth(text.Length, result.Length);
                origin += span.End <= before ? content.Length : 0;
            }
            else
            {
                result.Append(text, span.Start, span.End - span.Start);
                origin += Math.Max(0, Math.Min(span.End, before) - span.Start);
            }
        }
        return result.ToString();
    }
}

/// <summary>Takes away white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public string Normalize(string text, ref int origin)
    {
        string stripped = left ? text.TrimStart() : text;
        origin = Math.Max(0, origin - (text.Length - stripped.Length));
        return right ? stripped.TrimEnd() : stripped;
    }
}

/// <summary>A Unicode normalization form.</summary>
internal sealed class UnicodeNormalizer(UnicodeForm form) : INormalizer
{
    private readonly UnicodeNormalization _normalization = new(form);

    public string Normalize(string text, ref int origin)
    {
        origin = _normalization.Normalize(text[..origin]).Length;
        return _normalization.Normalize(text);
    }
}

/// <summary>Takes away combining marks; after NFD or NFKD this removes accents.</summary>
internal sealed class StripAccentsNormalizer : INormalizer
{
    public string Normalize(string text, ref int origin)
    {
        origin = Strip(text[..origin]).Length;
        return Strip(text);
    }

    private static string Strip(string text)
    {
        StringBuilder kept = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            if (!UnicodeTables.Default.IsMark(rune.Value))
                kept.Append(rune);
        return kept.Length == text.Length ? text : kept.ToString();
    }
}

/// <summary>Reads <c>normalizer</c>.</summary>
internal static class NormalizerReader
{
    /// <exception cref="Data.InputException">A type that is not supported, or a malformed setting.</exception>
    public static INormalizer? Read(JsonConfig? section)
    {
        if (section is not { } value)
            return null;
        List<INormalizer> chain = new();
        Add(value, chain);
        ComponentLimits.CheckCount(value, chain.Count);
        return new NormalizerSequence(chain);
    }

    private static void Add(JsonConfig value, List<INormalizer> chain)
    {
        if (value.Text("type") != "Sequence")
        {
            chain.Add(Component(value));
            return;
        }
        foreach (JsonConfig item in value.Required("normalizers").Items())
            Add(item, chain);
    }

    private static INormalizer Component(JsonConfig value)
    {
        string type = value.Text("type");
        return type switch
        {
            "NFC" => new UnicodeNormalizer(UnicodeForm.NFC),
            "NFD" => new UnicodeNormalizer(UnicodeForm.NFD),
            "NFKC" => new UnicodeNormalizer(UnicodeForm.NFKC),
            "NFKD" => new UnicodeNormalizer(UnicodeForm.NFKD),
            "Lowercase" => new LowercaseNormalizer(),
            "Replace" => new ReplaceNormalizer(PatternReader.Read(value.Required("pattern")), value.Text("content")),
            "Prepend" => new PrependNormalizer(value.Text("prepend")),
            "Strip" => new StripNormalizer(value.Flag("strip_left"), value.Flag("strip_right")),
            "StripAccents" => new StripAccentsNormalizer(),
            _ => throw value.Required("type").Error($"the normalizer \"{type}\"",
                "one of Sequence, NFC, NFD, NFKC, NFKD, Lowercase, Replace, Prepend, Strip, StripAccents"),
        };
    }
}
