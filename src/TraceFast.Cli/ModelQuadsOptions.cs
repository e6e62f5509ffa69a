using TraceFast.Synthesis;
using TraceFast.Synthesis.Model;

namespace TraceFast.Cli;

/// <summary>The options of quads that are made with a model.</summary>
internal sealed class ModelQuadsOptions
{
    private readonly Option<int?> _count = NumberOptions.OptionalWhole(
        "--count", "model: quads to attempt (default: one for each instruction)", least: 0, most: int.MaxValue);
    private readonly Option<string> _constraints = new("--constraints")
    {
        Description = "model: number of constraints of an instruction, least-most",
        DefaultValueFactory = _ => "1-15",
    };
    private readonly Option<int> _exact = NumberOptions.Whole(
        "--exact", "model: greatest number of exact ones among them", 3, least: 1, most: 50);
    private readonly Option<int> _tries = NumberOptions.Whole(
        "--tries", "model: answers drawn for an instruction until one obeys it", 4, least: 1, most: 1000);
    private readonly Option<double> _temperature = NumberOptions.Real(
        "--temperature", "model: of expansions and answers; judgements are taken at 0", 0.7, least: 0, most: 10);
    private readonly JudgeOptions _judge = new(QuadPrompts.All);

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _count, _constraints, _exact, _tries, _temperature })
            command.Options.Add(option);
        _judge.AddTo(command);
    }

    /// <summary>Adds the inputs.</summary>
    public OutputCheck AddInputs(ParseResult parsed, OutputCheck outputs) => _judge.AddInputs(parsed, outputs);

    /// <summary>The model's server; null: none is needed.</summary>
    /// <exception cref="InputException">One is needed and not named, or named and not needed, or an option is invalid.</exception>
    public JudgeSession? Open(ParseResult parsed, bool needed, TextWriter log)
    {
        JudgeSession? session = _judge.Open(parsed, log);
        if (session is null && needed)
            throw new InputException("--from model needs a model; name one with --judge URL and --judge-model NAME");
        if (session is null || needed)
            return session;
        session.Dispose();
        throw new InputException("--judge is only for --from model; the others need no model");
    }

    public ModelQuads Create(ParseResult parsed, JudgeSession session, ulong seed, Func<DropCounts, IReadOnlyList<ModelSeed>> seeds)
    {
        (int least, int most) = NumberOptions.Range("--constraints", parsed.GetValue(_constraints)!, least: 1, most: 50);
        ModelQuadOptions options = new()
        {
            Seed = seed,
            Count = parsed.GetValue(_count),
            LeastConstraints = least,
            MostConstraints = most,
            MostExact = parsed.GetValue(_exact),
            Tries = parsed.GetValue(_tries),
            Temperature = parsed.GetValue(_temperature),
            AtOnce = 2 * session.Options.Concurrency, // a quad waits for those before it; the server should not
        };
        return new ModelQuads(seeds, session.Judge, session.Judge, options);
    }
}
