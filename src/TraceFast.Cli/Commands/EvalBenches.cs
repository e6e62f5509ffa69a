using System.CommandLine;
using TraceFast.Data.Files;
using TraceFast.Data;
using TraceFast.Evaluation;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Evaluation.IfEval;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Cli.Commands;

/// <summary>The benchmarks that <c>eval</c> knows, and the options that choose and feed them.</summary>
internal sealed class EvalBenches
{
    private static readonly Dictionary<string, Func<JudgeSettings, bool, IBench>> s_benches = new(StringComparer.Ordinal)
    {
        ["ifeval"] = (settings, _) => new IfEvalBench(settings.Data),
        ["constraints"] = (settings, _) => new ConstraintBench(settings.Data),
        ["trace"] = (settings, whole) => new TraceBench(settings, whole),
        ["cfbench"] = (settings, _) => new CfBench(settings),
        ["followbench"] = (settings, _) => new FollowBench(settings),
        ["complexbench"] = (settings, _) => new ComplexBench(settings),
    };

    /// <summary>Those that a program decides alone.</summary>
    private static readonly string[] s_exact = ["ifeval", "constraints"];

    private readonly Option<string> _bench = new("--bench") { Description = "which benchmark", DefaultValueFactory = _ => "ifeval" };
    private readonly Option<string?> _data = new("--data")
    {
        Description = "the benchmark's own file (followbench: folder; constraints: what data synth or "
            + "data quads wrote), where the responses do not hold its records",
    };
    private readonly Option<string> _judgeBy = new("--judge-by")
    {
        Description = "trace: one call for each constraint, or one for all of a record's",
        DefaultValueFactory = _ => "constraint",
    };
    private readonly Option<int> _allowUnjudged = NumberOptions.Whole(
        "--allow-unjudged",
        "calls of the judge without a verdict that a score may count as not obeyed; with more there is no score and the exit code is 1", 0,
        least: 0, most: int.MaxValue);
    private readonly JudgeOptions _judge = new(JudgePrompts.All);

    public EvalBenches()
    {
        _bench.AcceptOnlyFromAmong([.. s_benches.Keys]);
        _judgeBy.AcceptOnlyFromAmong("constraint", "record");
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_bench);
        command.Options.Add(_data);
        command.Options.Add(_judgeBy);
        command.Options.Add(_allowUnjudged);
        _judge.AddTo(command);
    }

    /// <summary>Names what is read besides responses and model.</summary>
    public OutputCheck AddInputs(ParseResult parsed, OutputCheck outputs) =>
        _judge.AddInputs(parsed, outputs.Reads("--data", parsed.GetValue(_data)));

    /// <summary>Makes the benchmark, hands it to <paramref name="use"/>, and says at its end what its judge took.</summary>
    /// <exception cref="InputException">Options are missing or do not fit together.</exception>
    public async Task<T> WithAsync<T>(ParseResult parsed, TextWriter log, Func<IBench, Task<T>> use)
    {
        string name = parsed.GetValue(_bench)!;
        using JudgeSession? session = _judge.Open(parsed, log);
        if (session is not null && s_exact.Contains(name))
            throw new InputException($"--bench {name} is decided by program alone; leave --judge out");
        if (parsed.GetResult(_allowUnjudged) is { Implicit: false } && s_exact.Contains(name))
            throw new InputException($"--bench {name} is decided by program alone; leave --allow-unjudged out");
        JudgeSettings settings = new()
        {
            Judge = session?.Judge,
            Data = parsed.GetValue(_data),
            AllowedUnjudged = parsed.GetValue(_allowUnjudged),
            MaxConcurrency = session?.Options.Concurrency ?? Environment.ProcessorCount,
            Progress = session,
            Account = session is null ? null : session.Account,
        };
        return await use(s_benches[name](settings, parsed.GetValue(_judgeBy) == "record")).ConfigureAwait(false);
    }
}
