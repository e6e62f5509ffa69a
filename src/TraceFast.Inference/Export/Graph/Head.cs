using TraceFast.Inference.Export.Format;
using TraceFast.Models.Config;

namespace TraceFast.Inference.Export.Graph;

/// <summary>
/// Hidden states [batch, sequence, hidden] -> logits, of all positions or of those that logit_positions names; times the family's
/// multiplier, then its soft cap c tanh(l / c).
/// </summary>
internal static class Head
{
    /// <summary>The unquantized matrix [hidden, vocabulary].</summary>
    public const string WeightName = "lm_head.MatMul.weight";

    public static void Emit(ExportContext context, string hidden)
    {
        GraphBuilder graph = context.Graph;
        DecoderConfig config = context.Config;
        if (context.Options.Head == HeadPositions.Selected)
        {
            // [batch, positions] -> [batch, positions, 1]: with one batch dimension GatherND takes whole rows of the sequence.
            string index = graph.Node("Unsqueeze", "/model/logit_positions/Unsqueeze", [GraphIo.LogitPositions, graph.Constant(-1)]);
            hidden = graph.Node("GatherND", "/model/logit_positions/GatherND", [hidden, index], ("batch_dims", 1));
        }

        List<Func<string, string, string>> after = [];
        if (config.LogitScale != 1)
            after.Add((x, output) => Apply("Mul", "/lm_head/Mul", output, x, Number(config.LogitScale)));
        if (config.LogitSoftcap is double cap)
        {
            after.Add((x, output) => Apply("Div", "/lm_head/softcap/Div", output, x, Number(cap)));
            after.Add((x, output) => Apply("Tanh", "/lm_head/softcap/Tanh", output, x));
            after.Add((x, output) => Apply("Mul", "/lm_head/softcap/Mul", output, x, Number(cap)));
        }

        Projection projection = new("lm_head", config.HiddenSize, HasBias: false, new ProjectionRows("lm_head", 0, config.VocabularySize))
        {
            InputNorm = "model.norm",
        };
        string logits = projection.Emit(context, hidden, after.Count == 0 ? GraphIo.Logits : null);
        for (int i = 0; i < after.Count; i++)
            logits = after[i](logits, i == after.Count - 1 ? GraphIo.Logits : "");

        string Number(double value) => graph.ScalarConstant(value, context.Type);

        string Apply(string op, string name, string output, params string[] inputs) =>
            graph.Node("", op, name, inputs, [output.Length == 0 ? $"{name}/output_0" : output]);
    }
}
