using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Export.Quality;

/// <summary>
/// What an export in fewer bits costs: its predictions compared with those of the model in float32, on text that ships with the program.
/// </summary>
/// <param name="ModelLoss">-log p(token) of the model, mean, in nats.</param>
/// <param name="ExportLoss">The same of the export.</param>
/// <param name="SameBest">Share of tokens at which both find the same one likeliest.</param>
/// <param name="Divergence">KL(model || export), mean, in nats.</param>
public sealed record ExportQuality(int Tokens, double ModelLoss, double ExportLoss, double SameBest, double Divergence)
{
    /// <summary>exp of the loss.</summary>
    public double ModelPerplexity => Math.Exp(ModelLoss);

    public double ExportPerplexity => Math.Exp(ExportLoss);

    /// <summary>One line for people.</summary>
    public string ToText() => string.Create(
        CultureInfo.InvariantCulture,
        $"quality on {Tokens} tokens: perplexity {ExportPerplexity:0.000}, float32 {ModelPerplexity:0.000} "
            + $"({(ExportPerplexity / ModelPerplexity - 1) * 100:+0.00;-0.00} %); same likeliest token {SameBest * 100:0.0} %; "
            + $"divergence {Divergence:0.0000} nats");

    /// <summary>Runs the export and the model over the windows.</summary>
    /// <param name="windows">Token ids, each window from position 0.</param>
    /// <param name="logits">The model's logits of a window, [tokens, vocabulary] float32; disposed of here.</param>
    internal static ExportQuality Measure(OnnxDecoder exported, IReadOnlyList<int[]> windows, Func<int[], torch.Tensor> logits)
    {
        using IDisposable _ = torch.no_grad();
        double modelLoss = 0, exportLoss = 0, same = 0, divergence = 0;
        int tokens = 0;
        foreach (int[] window in windows)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using CachedRun run = new(exported, 1, window.Length);
            int count = window.Length - 1;
            torch.Tensor p = logits(window).narrow(0, 0, count).log_softmax(-1);
            torch.Tensor q = torch.tensor(run.Step([window], everyPosition: true)[0], new long[] { window.Length, exported.VocabularySize })
                .narrow(0, 0, count).log_softmax(-1);
            torch.Tensor next = torch.tensor(Array.ConvertAll(window[1..], t => (long)t)).unsqueeze(1);
            modelLoss -= p.gather(1, next).sum().item<float>();
            exportLoss -= q.gather(1, next).sum().item<float>();
            divergence += (p.exp() * (p - q)).sum(-1).sum().item<float>();
            same += p.argmax(-1).eq(q.argmax(-1)).sum().item<long>();
            tokens += count;
        }

        return new ExportQuality(tokens, modelLoss / tokens, exportLoss / tokens, same / tokens, divergence / tokens);
    }
}
