namespace TraceFast.Tokenization.Normalizers;

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
