using TraceFast.Evaluation;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Cli.Commands;

/// <summary>The options that choose a benchmark, its data and its judge.</summary>
internal sealed class EvalBenches
{
    private readonly Option<string> _bench = new("--bench") { Description = "which benchmark", DefaultValueFactory = _ => "ifeval" };
    private readonly Option<string?> _data = new("--data")
    {
        Description = "the benchmark's own file (followbench: folder; constraints: what data synth or "
            + "data quads wrote), if the responses do not hold its records",
    };
    private readonly Option<string> _judgeBy = new("--judge-by")
    {
        Description = "trace: one call for each constraint, one for all of a record's, or, as published, one that grades all of a record's "
            + "from 0 to 10, those that a program checks too; obeyed: 10",
        DefaultValueFactory = _ => "constraint",
    };
    private readonly Option<int> _allowUnjudged = NumberOptions.Whole(
        "--allow-unjudged",
        "calls of the judge without a verdict that a score may count as not obeyed; with more there is no score and the exit code is 1", 0,
        least: 0, most: int.MaxValue);
    private readonly JudgeOptions _judge = new(Benches.JudgePrompts);

    public EvalBenches()
    {
        _bench.AcceptOnlyFromAmong([.. Benches.All.Select(b => b.Name)]);
        _judgeBy.AcceptOnlyFromAmong([.. Enum.GetNames<JudgeBy>().Select(n => n.ToLowerInvariant())]);
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_bench);
        command.Options.Add(_data);
        command.Options.Add(_judgeBy);
        command.Options.Add(_allowUnjudged);
        _judge.AddTo(command);
    }

    /// <summary>Adds the other inputs, besides responses and model.</summary>
    public OutputCheck AddInputs(ParseResult parsed, OutputCheck outputs) =>
        _judge.AddInputs(parsed, outputs.Reads("--data", parsed.GetValue(_data)));

    /// <summary>Creates the benchmark, passes it to <paramref name="use"/>, and logs the usage of its judge at the end.</summary>
    /// <exception cref="InputException">Options are missing or do not fit together.</exception>
    public async Task<T> WithAsync<T>(ParseResult parsed, TextWriter log, Func<IBench, Task<T>> use)
    {
        BenchInfo bench = Benches.Get(parsed.GetValue(_bench)!);
        using JudgeSession? session = _judge.Open(parsed, log);
        if (session is not null && !bench.IsJudged)
            throw new InputException($"--bench {bench.Name} is decided by program alone; remove --judge");
        if (parsed.GetResult(_allowUnjudged) is { Implicit: false } && !bench.IsJudged)
            throw new InputException($"--bench {bench.Name} is decided by program alone; remove --allow-unjudged");
        JudgeSettings settings = new()
        {
            Judge = session?.Judge,
            Data = parsed.GetValue(_data),
            AllowedUnjudged = parsed.GetValue(_allowUnjudged),
            MaxConcurrency = session?.Options.Concurrency ?? Environment.ProcessorCount,
            Progress = session,
            JudgeBy = Enum.Parse<JudgeBy>(parsed.GetValue(_judgeBy)!, ignoreCase: true),
            Usage = session is null ? null : session.Usage,
        };
        return await use(bench.Create(settings)).ConfigureAwait(false);
    }
}
