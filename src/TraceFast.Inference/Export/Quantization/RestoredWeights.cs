using TraceFast.Inference.Export.Graph;

namespace TraceFast.Inference.Export.Quantization;

/// <summary>Rounded matrices of the graph as weights of the model: without padding, stacked rows taken apart.</summary>
internal static class RestoredWeights
{
    /// <summary>Enters what a rounded matrix stands for under the names of the model's weights; tensors of the current scope.</summary>
    public static void Put(
        Dictionary<string, torch.Tensor> weights, ExportContext context, RoundedMatrix matrix, BlockQuantizer.Result rounded, int bits)
    {
        Projection projection = matrix.Projection;
        torch.Tensor values = BlockQuantizer.Restore(rounded, projection.Width, bits);
        if (projection.InputNorm != null && context.InputScales.TryGetValue(projection.InputNorm, out torch.Tensor? scales))
            values = values / scales;
        if (projection.InputMap != null)
            values = values.index_select(1, Inverse(projection.InputMap, projection.Inputs));
        long at = 0;
        foreach (ProjectionRows rows in projection.Rows)
        {
            torch.Tensor part = values.narrow(0, at, rows.Outputs);
            at += rows.Outputs;
            if (rows.Map != null)
                part = part.index_select(0, Inverse(rows.Map, rows.Count));
            string name = $"{rows.Module}.weight";
            // A fused matrix comes in parts, each a product of its own in the graph.
            if (!weights.TryGetValue(name, out torch.Tensor? whole))
                weights.Add(name, whole = context.Model.Read(name).clone());
            whole.narrow(0, rows.First, rows.Count).copy_(part);
        }
    }

    /// <summary>For each of the model's channels its place in the graph.</summary>
    private static torch.Tensor Inverse(long[] map, long channels)
    {
        long[] places = new long[channels];
        for (int i = 0; i < map.Length; i++)
        {
            if (map[i] < channels)
                places[map[i]] = i;
        }

        return torch.tensor(places);
    }
}
