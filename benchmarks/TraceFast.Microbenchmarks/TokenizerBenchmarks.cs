using BenchmarkDotNet.Attributes;
using TraceFast.Tokenization;

namespace TraceFast.Microbenchmarks;

/// <summary>Tokens of one prompt of about 2,000 characters, by the tokenizer of the model in TRACEFAST_BENCH_MODEL.</summary>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    public const string ModelVariable = "TRACEFAST_BENCH_MODEL";

    private const string Passage =
        "Put together some facts about storms: at most 3 sentences, no commas, ending in \"Good luck!\". Quick notes are fine.\n\n";

    private Tokenizer _tokenizer = null!;
    private string _text = "";
    private int[] _ids = [];

    [GlobalSetup]
    public void Load()
    {
        string folder = Environment.GetEnvironmentVariable(ModelVariable)
            ?? throw new InvalidOperationException($"{ModelVariable} names the folder of a tokenizer.json, for example models/demo");
        _tokenizer = Tokenizer.Load(folder);
        _text = string.Concat(Enumerable.Repeat(Passage, 18));
        _ids = _tokenizer.Encode(_text);
    }

    [Benchmark]
    public int[] Encode() => _tokenizer.Encode(_text);

    [Benchmark]
    public string Decode() => _tokenizer.Decode(_ids);
}
