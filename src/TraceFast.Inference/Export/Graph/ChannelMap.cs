namespace TraceFast.Inference.Export.Graph;

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
