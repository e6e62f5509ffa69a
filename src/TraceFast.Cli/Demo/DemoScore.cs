using TraceFast.Data;
using TraceFast.Models;
using TraceFast.Tokenization;
using TraceFast.Training.Scoring;

namespace TraceFast.Cli.Demo;

/// <summary>
/// How well a model tells which answer belongs to which instruction, over quads it was not trained on:
/// D = lp(x1,y1) + lp(x2,y2) - lp(x1,y2) - lp(x2,y1), in nats (IOPO, arXiv 2411.06208, without the reference).
/// </summary>
/// <param name="Margin">Mean D.</param>
/// <param name="Right">Share of the quads with D &gt; 0.</param>
/// <param name="ChosenLogProb">Mean lp of the right answers: it shows whether they became less likely too.</param>
internal sealed record DemoScore(double Margin, double Right, double ChosenLogProb)
{
    public static DemoScore Of(Decoder decoder, ChatFormat format, IReadOnlyList<QuadRecord> quads)
    {
        List<PromptResponse> requests = [];
        foreach (QuadRecord quad in quads)
            foreach ((Prompt x, Response y) in new[] { (quad.X1, quad.Y1), (quad.X1, quad.Y2), (quad.X2, quad.Y2), (quad.X2, quad.Y1) })
            {
                IReadOnlyList<Message> prompt = ((Prompt.Chat)x).Messages;
                requests.Add(new PromptResponse(format.EncodePrompt(prompt), format.EncodeResponse(prompt, ((Response.Text)y).Content)));
            }
        double[] logProbs = [.. new PromptResponseScorer(decoder, tokenBudget: 8192).Score(requests).Select(r => r.Sum)];
        double[] margins = new double[quads.Count];
        double chosen = 0;
        for (int q = 0; q < quads.Count; q++)
        {
            (double c1, double r1, double c2, double r2) = (logProbs[4 * q], logProbs[4 * q + 1], logProbs[4 * q + 2], logProbs[4 * q + 3]);
            margins[q] = c1 + c2 - r1 - r2;
            chosen += (c1 + c2) / (2 * quads.Count);
        }
        return new DemoScore(margins.Average(), margins.Average(m => m > 0 ? 1.0 : 0.0), chosen);
    }
}
