using TraceFast.Inference.Export.Format;

namespace TraceFast.Inference.Export.Graph;

/// <summary>
/// What GroupQueryAttention wants of the mask, once for all layers: seqlens_k [batch] = ones of the row - 1, and total_sequence_length,
/// the mask's width; both int32.
/// </summary>
/// <param name="LastKey">Name of seqlens_k: the place of each row's last key.</param>
/// <param name="Total">Name of total_sequence_length.</param>
internal sealed record SequenceLengths(string LastKey, string Total)
{
    private const int Int32 = (int)Onnx.TensorProto.Types.DataType.Int32;

    public static SequenceLengths Emit(GraphBuilder graph)
    {
        const string root = "/model/attn_mask_reformat/attn_mask_subgraph";
        string sum = graph.Node("ReduceSum", $"{root}/ReduceSum", [GraphIo.AttentionMask, graph.Constant(1)], ("keepdims", 0));
        string last = graph.Node("Sub", $"{root}/Sub", [sum, graph.Constant(1)]);
        string lastKey = graph.Node("Cast", $"{root}/Sub/Cast", [last], ("to", Int32));
        string shape = graph.Node("Shape", $"{root}/Shape", [GraphIo.AttentionMask]);
        string width = graph.Node("Gather", $"{root}/Gather", [shape, graph.ScalarConstant(1)], ("axis", 0));
        return new SequenceLengths(lastKey, graph.Node("Cast", $"{root}/Gather/Cast", [width], ("to", Int32)));
    }
}
