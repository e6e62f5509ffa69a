using TraceFast.Inference.Export.Format;

namespace TraceFast.Inference.Export.Graph;

/// <summary>
/// input_ids [batch, sequence] -> [batch, sequence, hidden], times the family's multiplier. Where the head is the embedding matrix and not
/// quantized, the one stored matrix is the head's [hidden, vocabulary], and rows are gathered from its transpose.
/// </summary>
internal static class Embedding
{
    public static string Emit(ExportContext context)
    {
        GraphBuilder graph = context.Graph;
        bool shared = context.Model.HeadIsEmbedding && context.Options.Bits == null;
        string rows = shared
            ? graph.Node(
                "", "Transpose", "/model/embed_tokens/Transpose", [Head.WeightName], ["/model/embed_tokens/Transpose/output_0"],
                ("perm", new long[] { 1, 0 }))
            : graph.Weight(TensorData.Of(
                "model.embed_tokens.weight", context.Type, [context.Config.VocabularySize, context.Config.HiddenSize],
                () => context.Model.Read("model.embed_tokens.weight")));
        string x = graph.Node("Gather", "/model/embed_tokens/Gather", [rows, GraphIo.InputIds]);
        return context.Config.EmbeddingMultiplier == 1 ? x
            : graph.Node("Mul", "/model/embed_tokens/Mul", [x, graph.ScalarConstant(context.Config.EmbeddingMultiplier, context.Type)]);
    }
}
