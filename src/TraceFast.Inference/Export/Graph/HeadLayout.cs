using TraceFast.Models.Config;

namespace TraceFast.Inference.Export.Graph;

/// <summary>
/// Where a head's channels are in the exported graph. GroupQueryAttention rotates only heads whose width is a multiple of 16 and whose
/// two rotated halves are multiples of 8 wide (onnxruntime: contrib_ops/cpu/bert/group_query_attention_helper.h); without rotation a
/// multiple of 8 is enough. Heads that are not so get channels of zeros, each half its own:
///   [a_0 .. a_h-1 | b_0 .. b_h-1 | rest]  ->  [a | 0 | b | 0 | rest | 0]
/// Products of zeros add nothing to q k^T, and zero values meet zero rows of the output projection, so nothing else changes; the scale on
/// q k^T stays the model's.
/// </summary>
/// <param name="RotaryHalf">Columns of the rotary tables: the width of one half, padded; 0 without rotation.</param>
/// <param name="Slots">[head_dim] the place of each of the model's channels.</param>
internal sealed record HeadLayout(int Width, int RotaryHalf, int[] Slots)
{
    public bool Pads => Width != Slots.Length;

    public static int WidthFor(int headDim, RopeConfig? rope) =>
        rope == null ? Up(headDim, 8) : Up(2 * Up(rope.RotaryDim / 2, 8) + headDim - rope.RotaryDim, 16);

    public static HeadLayout For(int headDim, RopeConfig? rope, int width)
    {
        int rotated = rope?.RotaryDim ?? 0;
        int half = rotated / 2;
        int padded = Up(half, 8);
        int[] slots = [
            .. Enumerable.Range(0, headDim).Select(c => c < half ? c : c < rotated ? padded + c - half : 2 * padded + c - rotated)];
        return new HeadLayout(width, padded, slots);
    }

    /// <summary>
    /// [heads * Width] for each channel of the graph the model's, or heads * head_dim (one past the end) for zeros; null where all
    /// are in place.
    /// </summary>
    public long[]? Map(int heads)
    {
        if (!Pads)
            return null;
        int headDim = Slots.Length;
        long[] map = new long[heads * Width];
        Array.Fill(map, (long)heads * headDim);
        for (int h = 0; h < heads; h++)
        {
            for (int c = 0; c < headDim; c++)
                map[h * Width + Slots[c]] = h * headDim + c;
        }

        return map;
    }

    private static int Up(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}

/// <summary>Puts rows where a map says, zeros where it points past the end.</summary>
internal static class ChannelMap
{
    /// <summary>
    /// values [n, ...] and map [m] -> [m, ...]: row i is values[map[i]], or zeros for map[i] = n; the values as they are without a map.
    /// </summary>
    public static torch.Tensor Apply(torch.Tensor values, long[]? map)
    {
        if (map == null)
            return values;
        long[] one = values.shape;
        one[0] = 1;
        torch.Tensor extended = torch.cat([values, torch.zeros(one, dtype: values.dtype)], 0);
        return extended.index_select(0, torch.tensor(map));
    }
}
