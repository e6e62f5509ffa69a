using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.Normalizers;

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
