namespace TraceFast.Tokenization.Normalizers;

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
