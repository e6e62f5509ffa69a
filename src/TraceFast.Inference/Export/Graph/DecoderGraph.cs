using TraceFast.Inference.Export.Format;
using TraceFast.Models.Config;

namespace TraceFast.Inference.Export.Graph;

/// <summary>The whole decoder as one graph: embedding, layers, final norm and head, with one key-value cache for each layer.</summary>
internal static class DecoderGraph
{
    public static void Build(ExportContext context)
    {
        GraphBuilder graph = context.Graph;
        DecoderConfig config = context.Config;
        int layers = config.Layers.Count;
        Declare(context);
        SequenceLengths lengths = SequenceLengths.Emit(graph);
        RotaryTables tables = new(context);
        ResidualStream stream = new(context, Embedding.Emit(context));
        for (int layer = 0; layer < layers; layer++)
        {
            string node = $"/model/layers.{layer}";
            Attention attention = new(context, lengths, tables, layer);
            string mixed = attention.Emit(Before(config.Norms.BeforeAttention, layer, $"{node}/attn/residual/Add"));
            stream.Add(After(config.Norms.AfterAttention, mixed, layer), $"{node}/attn/residual/Mul");
            string fed = new Mlp(context, layer).Emit(Before(config.Norms.BeforeMlp, layer, $"{node}/mlp/residual/Add"));
            stream.Add(After(config.Norms.AfterMlp, fed, layer), $"{node}/mlp/residual/Mul");
        }

        Head.Emit(context, stream.Normed(new Norm($"model.layers.{layers}.final_norm_layernorm", "model.norm"), last: true));

        string Before(string? norm, int layer, string sum) => norm == null ? stream.Sum(sum) : stream.Normed(NormOf(norm, layer));

        string After(string? norm, string branch, int layer)
        {
            if (norm == null)
                return branch;
            Norm rms = NormOf(norm, layer);
            return rms.Emit(context, branch, rms.Weight(context, config.HiddenSize));
        }
    }

    private static Norm NormOf(string norm, int layer) => new($"model.layers.{layer}.{norm}", $"model.layers.{layer}.{norm}");

    private static void Declare(ExportContext context)
    {
        GraphBuilder graph = context.Graph;
        DecoderConfig config = context.Config;
        int layers = config.Layers.Count;
        graph.Input(GraphIo.InputIds, Onnx.TensorProto.Types.DataType.Int64, GraphIo.BatchDim, GraphIo.SequenceDim);
        graph.Input(GraphIo.AttentionMask, Onnx.TensorProto.Types.DataType.Int64, GraphIo.BatchDim, GraphIo.TotalDim);
        bool selected = context.Options.Head == HeadPositions.Selected;
        if (selected)
            graph.Input(GraphIo.LogitPositions, Onnx.TensorProto.Types.DataType.Int64, GraphIo.BatchDim, GraphIo.PositionsDim);
        graph.Output(
            GraphIo.Logits, context.Type, GraphIo.BatchDim, selected ? GraphIo.PositionsDim : GraphIo.SequenceDim, config.VocabularySize);
        Cache(GraphIo.PastKey, graph.Input, GraphIo.PastDim);
        Cache(GraphIo.PastValue, graph.Input, GraphIo.PastDim);
        Cache(GraphIo.PresentKey, graph.Output, GraphIo.TotalDim);
        Cache(GraphIo.PresentValue, graph.Output, GraphIo.TotalDim);

        void Cache(Func<int, string> name, Action<string, Onnx.TensorProto.Types.DataType, object[]> declare, string length)
        {
            for (int layer = 0; layer < layers; layer++)
                declare(name(layer), context.Type, [GraphIo.BatchDim, config.KeyValueHeadCount, length, context.HeadWidth]);
        }
    }
}
