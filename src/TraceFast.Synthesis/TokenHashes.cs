namespace TraceFast.Synthesis;

/// <summary>A text as hashes of its words in lower case, an ideograph being a word; marks and blanks are left out.</summary>
internal static class TokenHashes
{
    private const ulong Start = 0xCBF29CE484222325UL, Prime = 0x100000001B3UL; // FNV-1a

    public static List<ulong> Of(string text)
    {
        List<ulong> tokens = new(text.Length / 4);
        ulong hash = Start;
        foreach (char c in text)
        {
            bool ideograph = c is >= '\u3040' and <= '\u9fff' or >= '\uac00' and <= '\ud7af';
            if (!ideograph && (char.IsLetterOrDigit(c) || char.IsSurrogate(c)))
            {
                hash = (hash ^ char.ToLowerInvariant(c)) * Prime;
                continue;
            }

            if (hash != Start)
            {
                tokens.Add(hash);
                hash = Start;
            }

            if (ideograph)
                tokens.Add((Start ^ c) * Prime);
        }

        if (hash != Start)
            tokens.Add(hash);
        return tokens;
    }
}
