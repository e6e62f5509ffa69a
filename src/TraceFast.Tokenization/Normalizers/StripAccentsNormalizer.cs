using System.Text;

namespace TraceFast.Tokenization.Normalizers;

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
        var kept = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            if (!UnicodeTables.Default.IsMark(rune.Value))
                kept.Append(rune);
        return kept.Length == text.Length ? text : kept.ToString();
    }
}
