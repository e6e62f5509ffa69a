using TraceFast.Data.Sampling;

namespace TraceFast.Data.Tests.Sampling;

/// <summary>
/// The orders without probabilities are the examples in the comments of datasets/arrow_dataset.py; those with probabilities were
/// made with numpy 1.24 by that file's published algorithm.
/// </summary>
public sealed class MixingTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<int> Flat(int[] lengths, MixStrategy strategy, double[]? probabilities = null, long seed = 42)
    {
        int[] offsets = [.. lengths.Select((_, i) => lengths[..i].Sum())];
        return Mixing.Order(lengths, strategy, probabilities, seed).Select(place => offsets[place.Source] + place.Record);
    }

    [Fact]
    public void Without_probabilities_data_sets_take_turns()
    {
        Assert.Equal(Enumerable.Range(0, 12), Flat([3, 4, 5], MixStrategy.Concat));
        Assert.Equal([0, 3, 7, 1, 4, 8, 2, 5, 9], Flat([3, 4, 5], MixStrategy.InterleaveUnder));
        Assert.Equal([0, 3, 7, 1, 4, 8, 2, 5, 9, 0, 6, 10, 1, 3, 11], Flat([3, 4, 5], MixStrategy.InterleaveOver));
    }

    [Fact]
    public void With_probabilities_the_draws_are_numpys()
    {
        Assert.Equal([7, 3, 8, 9, 0, 10, 11], Flat([3, 4, 5], MixStrategy.InterleaveUnder, [0.2, 0.3, 0.5]));
        Assert.Equal(
            [7, 3, 8, 9, 0, 10, 11, 7, 1, 4, 5, 8, 9, 10, 6, 3, 11, 2], Flat([3, 4, 5], MixStrategy.InterleaveOver, [0.2, 0.3, 0.5]));
    }

    [Theory]
    [InlineData(new[] { 1000, 700, 1300 }, MixStrategy.InterleaveUnder, new[] { .7, .2, .1 }, 42, 1435, 11354153109194794900UL)]
    [InlineData(new[] { 1000, 700, 1300 }, MixStrategy.InterleaveOver, new[] { .7, .2, .1 }, 7, 12531, 11885498982932809074UL)]
    [InlineData(new[] { 50, 50 }, MixStrategy.InterleaveOver, new[] { .1, .9 }, 0, 524, 3392014898923366167UL)]
    [InlineData(new[] { 3000, 10 }, MixStrategy.InterleaveUnder, new[] { 1.0, 0.0 }, 3, 3000, 1936413982088454125UL)]
    public void Long_draws_are_numpys(int[] lengths, MixStrategy strategy, double[] probabilities, long seed, int count, ulong hash)
    {
        int[] order = [.. Flat(lengths, strategy, probabilities, seed)];
        Assert.Equal(count, order.Length);
        Assert.Equal(hash, order.Aggregate(14695981039346656037UL, (h, value) => unchecked((h ^ (ulong)value) * 1099511628211UL)));
    }

    [Theory]
    [InlineData(MixStrategy.Concat, new[] { 0.5, 0.5 }, "no meaning with mix_strategy concat")]
    [InlineData(MixStrategy.InterleaveOver, new[] { 1.0 }, "1 numbers for 2 data sets")]
    [InlineData(MixStrategy.InterleaveOver, new[] { 0.5, 0.6 }, "sum to 1")]
    [InlineData(MixStrategy.InterleaveOver, new[] { -0.5, 1.5 }, "between 0 and 1")]
    [InlineData(MixStrategy.InterleaveOver, new[] { double.NaN, 1 }, "between 0 and 1")]
    [InlineData(MixStrategy.InterleaveOver, new[] { 1.0, 0.0 }, "raise the smallest share")]
    [InlineData(MixStrategy.InterleaveOver, new[] { 0.999999999, 0.000000001 }, "raise the smallest share")]
    public void Probabilities_that_do_not_fit_are_refused(MixStrategy strategy, double[] probabilities, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<InputException>(() => Mixing.Order([3, 4], strategy, probabilities, 1)).Message,
            StringComparison.Ordinal);

    private string Records(string name, int count) => _folder.Write(name, string.Join('\n', Enumerable.Range(0, count).Select(i =>
        $$"""{"instruction":"{{name}}{{i}}","output":"a"}""")));

    private static string[] Prompts(DataSet data) => [.. data.Select(record => ((SftRecord)record).Conversation[0].Content)];

    [Fact]
    public void Data_sets_are_mixed_after_the_first_max_samples_of_each()
    {
        DataSet data = DataSet.Load(new DataSetOptions
        {
            Names = [Records("a.jsonl", 5), Records("b.jsonl", 2)],
            Stage = Stage.Sft,
            MaxSamples = 3,
            MixStrategy = MixStrategy.InterleaveOver,
        });
        Assert.Equal(["a.jsonl0", "b.jsonl0", "a.jsonl1", "b.jsonl1", "a.jsonl2", "b.jsonl0"], Prompts(data));
        Assert.Equal([3, 2], data.Sources.Select(source => source.RecordsRead));
    }

    [Fact]
    public void Num_samples_draws_as_llama_factory_does()
    {
        Records("a.jsonl", 10);
        _folder.Write(
            "dataset_info.json", """{"few":{"file_name":"a.jsonl","num_samples":3},"many":{"file_name":"a.jsonl","num_samples":12}}""");
        string[] Load(int? max, params string[] names) =>
            Prompts(DataSet.Load(new DataSetOptions { Names = names, Directory = _folder.Root, Stage = Stage.Sft, MaxSamples = max }));
        // numpy.random.seed(42): permutation(10) = 8 1 5 0 7 2 9 4 3 6, then choice(10, 2) of the same stream
        Assert.Equal(["a.jsonl8", "a.jsonl1", "a.jsonl5"], Load(null, "few"));
        Assert.Equal(["a.jsonl8", "a.jsonl1"], Load(2, "few"));
        string[] many = Load(null, "many");
        Assert.Equal(12, many.Length);
        Assert.Equal(10, many[..10].Distinct().Count());
        Assert.Equal(["a.jsonl2", "a.jsonl6"], many[10..]);
    }

    [Fact]
    public void Pairs_and_quads_do_not_mix()
    {
        string pairs = _folder.Write("p.jsonl", """{"prompt":"u","chosen":"a","rejected":"b"}""");
        string quads = _folder.Write("q.jsonl", """{"x1":"p","y1":"a","x2":"q","y2":"b"}""");
        InputException e = Assert.Throws<InputException>(
            () => DataSet.Load(new DataSetOptions { Names = [pairs, quads], Stage = Stage.Dpo }));
        Assert.Contains("pairs and some hold quads", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Max_samples_must_leave_something() =>
        Assert.Contains(
            "max_samples: 0",
            Assert.Throws<InputException>(
                () => DataSet.Load(new DataSetOptions { Names = ["x.jsonl"], Stage = Stage.Sft, MaxSamples = 0 })).Message,
                StringComparison.Ordinal);
}
