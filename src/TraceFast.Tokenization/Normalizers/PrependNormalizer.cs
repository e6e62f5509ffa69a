namespace TraceFast.Tokenization.Normalizers;

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
