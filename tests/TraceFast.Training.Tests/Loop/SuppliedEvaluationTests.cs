using System.Text.Json;
using TraceFast.Data;
using TraceFast.Training.Evaluation;

namespace TraceFast.Training.Tests.Loop;

public class SuppliedEvaluationTests
{
    private const string Metric = "eval_own";

    [Fact]
    public void An_evaluation_from_outside_is_asked_written_and_may_decide_what_is_best()
    {
        List<int> asked = [];
        using TrainedRun run = new()
        {
            Evaluations = model => [new Own(context =>
            {
                Assert.Same(model.Model, context.Model);
                Assert.False(context.Model.Training);
                asked.Add(context.Steps);
                return context.Steps == 4 ? 1 : 0;
            })],
        };
        run.Train(SmallRun.Iopo(
            run, ("val_size", 3), ("eval_strategy", "steps"), ("eval_steps", 2), ("num_train_epochs", 4), ("load_best_model_at_end", true),
            ("metric_for_best_model", "own")));
        Assert.Equal([2, 4, 6, 8], asked);
        Assert.Equal([0, 1, 0, 0], run.Lines("evaluations.jsonl").Select(e => e.GetProperty(Metric).GetDouble()));
        Assert.All(run.Lines("evaluations.jsonl"), e => Assert.True(e.GetProperty("eval_loss").GetDouble() > 0));

        using JsonDocument results = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Output, "train_results.json")));
        Assert.Equal(4, results.RootElement.GetProperty("best_steps").GetInt32());
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(run.Output, "checkpoint-4", "adapter_model.safetensors")),
            File.ReadAllBytes(Path.Combine(run.Output, "adapter_model.safetensors")));
    }

    [Fact]
    public void What_is_held_out_is_told_before_anything_is_computed()
    {
        EvaluatedModel? seen = null;
        using TrainedRun run = new()
        {
            Evaluations = model =>
            {
                seen = model;
                throw new InputException("not these");
            },
        };
        (string, object)[] settings = SmallRun.Iopo(run, ("val_size", 3), ("eval_strategy", "steps"), ("eval_steps", 2));
        Assert.Throws<InputException>(() => run.Train(settings));
        Assert.False(Directory.Exists(run.Output));
        int[][] x1 = [.. SmallRun.Quads(11).Select(q => (int[])q.GetType().GetProperty("x1_ids")!.GetValue(q)!)],
            x2 = [.. SmallRun.Quads(11).Select(q => (int[])q.GetType().GetProperty("x2_ids")!.GetValue(q)!)];
        Assert.Equal(3, seen!.HeldOut.Count);
        foreach (HeldOutRecord record in seen.HeldOut)
            Assert.Equal([x1[record.Origin.Number], x2[record.Origin.Number]], record.Prompts);
    }

    [Fact]
    public void Nothing_is_made_where_nothing_is_evaluated()
    {
        using TrainedRun run = new() { Evaluations = _ => throw new InvalidOperationException() };
        run.Train(SmallRun.Iopo(run, ("max_steps", 1)));
    }

    private sealed class Own(Func<EvaluationContext, double> measure) : IEvaluation
    {
        public IReadOnlyDictionary<string, double> Evaluate(EvaluationContext context, CancellationToken cancellation) =>
            new Dictionary<string, double> { [Metric] = measure(context) };
    }
}
