using TraceFast.Training.Checkpoints;
using TraceFast.Training.Configuration;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Metrics;
using TraceFast.Training.Optimization;

namespace TraceFast.Training.Loop;

/// <summary>What a run changes besides the parameters themselves, and what its checkpoints therefore hold.</summary>
/// <param name="Optimizer">Gradients, moments and parameters in full precision.</param>
/// <param name="Files">The files that grow with every step.</param>
/// <param name="Best">The best evaluation so far.</param>
internal sealed record RunState(AdamWOptimizer Optimizer, RunFiles Files, BestModel Best) : IDisposable
{
    /// <param name="c">The configuration.</param>
    /// <param name="model">Its trainable parameters are the optimizer's.</param>
    /// <param name="output">The output folder.</param>
    /// <param name="resumed">The checkpoint whose lengths the files are cut back to; null: they begin empty.</param>
    public static RunState Open(RunConfiguration c, RunModel model, string output, Checkpoint? resumed)
    {
        BestModel best = new("eval_" + c.MetricForBestModel, c.GreaterIsBetter, c.EarlyStoppingPatience, c.EarlyStoppingThreshold);
        RunFiles files = RunFiles.Open(output, c.LogRecords, c.TensorBoard, c.LoggingDir, resumed?.State.AppendedFiles);
        try
        {
            OptimizerOptions options = new(c.AdamBeta1, c.AdamBeta2, c.AdamEpsilon, c.WeightDecay, c.MaxGradNorm);
            AdamWOptimizer optimizer = new(model.Decoder.Options.Kernels.AdamW, model.Decoder.TrainableParameters, options);
            return new RunState(optimizer, files, best);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Files.Dispose();
    }
}
