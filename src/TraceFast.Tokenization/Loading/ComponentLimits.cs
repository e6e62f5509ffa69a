using System.Globalization;
using TraceFast.Data.Json;
using TraceFast.Data;

namespace TraceFast.Tokenization.Loading;

/// <summary>
/// Bounds on what a tokenizer.json may ask for, far above any real one, so that a hostile file can neither hang nor exhaust
/// memory: chains of components that multiply their text are the danger.
/// </summary>
internal static class ComponentLimits
{
    /// <summary>The most components in one chain.</summary>
    public const int Components = 100;

    // NFKC takes one character to 18 at most.
    private const int GrowthFactor = 20;
    private const int GrowthAtLeast = 1 << 16;

    public static void CheckCount(JsonConfig section, int count)
    {
        if (count > Components)
            throw section.Error(
                string.Create(CultureInfo.InvariantCulture, $"{count} components in a row"),
                string.Create(CultureInfo.InvariantCulture, $"at most {Components}"));
    }

    /// <exception cref="InputException">A text grew beyond all measure.</exception>
    public static void CheckGrowth(long before, long after)
    {
        if (after > GrowthAtLeast + GrowthFactor * before)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture,
                $"the tokenizer makes a text of {before} characters grow to {after} and more; expected normalizers and decoders "
                    + $"that at most multiply it by {GrowthFactor}"));
        }
    }
}
