namespace TraceFast.Kernels.AdamW8Bit;

/// <summary>
/// The dynamic quantization map (Dettmers 2016, arXiv 1511.04561; bitsandbytes' create_dynamic_map): 256 values in ascending order,
/// seven decades of them, each decade with twice as many as the one below. Decade i = 0 to 6 holds the n = 2^i middles of as many
/// equal parts of [0.1, 1] times 10^(i - 6), each with both signs; the unsigned map has 2n positive ones instead. 0 and 1 complete it.
/// </summary>
internal static class DynamicMap
{
    private const int Decades = 7;

    /// <summary>Of the first moment: -0.99296875 to 0.99296875, and 1.</summary>
    public static IReadOnlyList<float> Signed { get; } = Values(signed: true);

    /// <summary>Of the second moment: 0 to 0.996484375, and 1.</summary>
    public static IReadOnlyList<float> Unsigned { get; } = Values(signed: false);

    /// <summary>
    /// The bounds between neighbours, 255 of them: x has as many bounds below it as its code is. A number in the middle of two values gets
    /// the even code, which is where a search by halves ends.
    /// </summary>
    public static float[] Bounds(IReadOnlyList<float> map)
    {
        float[] bounds = new float[map.Count - 1];
        for (int code = 0; code < bounds.Length; code++)
        {
            float middle = (map[code] + map[code + 1]) * 0.5f;
            bounds[code] = code % 2 == 0 ? middle : MathF.BitDecrement(middle);
        }
        return bounds;
    }

    private static float[] Values(bool signed)
    {
        List<float> values = [0, 1];
        for (int decade = 0; decade < Decades; decade++)
        {
            int parts = signed ? 1 << decade : 2 << decade;
            double unit = Math.Pow(10, decade - (Decades - 1));
            for (int part = 0; part < parts; part++)
            {
                float middle = (float)(unit * (0.1 + (0.9 * (part + 0.5) / parts)));
                values.Add(middle);
                if (signed)
                    values.Add(-middle);
            }
        }
        return [.. values.Order()];
    }
}
