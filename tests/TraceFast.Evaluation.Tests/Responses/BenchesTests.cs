namespace TraceFast.Evaluation.Tests.Responses;

/// <summary>Every benchmark is in the registry, and its own file is recognized by its records.</summary>
public sealed class BenchesTests
{
    [Fact]
    public void Every_class_that_is_a_benchmark_is_found()
    {
        Assert.Equal(
            ["cfbench", "complexbench", "constraints", "followbench", "ifbench", "ifeval", "trace"], Benches.All.Select(b => b.Name));
        Assert.Equal(["constraints", "ifbench", "ifeval"], Benches.All.Where(b => !b.IsJudged).Select(b => b.Name));
    }

    [Theory]
    [InlineData("ifbench", """{"key":"1","prompt":"p","instruction_id_list":["words:vowel"],"kwargs":[{}]}""")]
    [InlineData("ifeval", """{"key":1,"prompt":"p","instruction_id_list":["punctuation:no_comma"],"kwargs":[{}]}""")]
    [InlineData(
        "trace", """{"id":"a","messages":[{"role":"system","content":"s"},{"role":"user","content":"p"}],"constraints_splits":"""
            + """["c"],"levels2":["l"],"constraints_num":1}""")]
    [InlineData("cfbench", """{"idx":1,"prompt":"p","gold":"","split":"easy","criteria":[["c","主需","g","s"]]}""")]
    [InlineData(
        "complexbench",
        """{"main_id":1,"group":"g","instruction":"p","task_types":"t","composition_types":[],"category":"c","scoring_questions":["""
            + """{"question":"q"}]}""")]
    [InlineData("constraints", """{"prompt":"p","constraints":[]}""")]
    public void A_file_is_recognized_by_the_keys_of_its_records(string bench, string record)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("bench.jsonl", record);
        BenchInfo? found = Benches.OfFile(path);
        Assert.Equal(bench, found?.Name);
        Assert.Equal("p", Assert.Single(found!.ReadPrompts(path)).Messages[^1].Content);
    }

    [Theory]
    [InlineData("""{"prompt":"p","response":"r"}""")]
    [InlineData("""{"prompt":"p","response":"r","constraints":[]}""")]
    [InlineData("""{"messages":[{"role":"user","content":"p"},{"role":"assistant","content":"r"}],"criteria":["good"]}""")]
    [InlineData("""{"x1":"p","y1":"a","x2":"q","y2":"b","constraints1":[],"constraints2":[]}""")]
    [InlineData("not JSON")]
    [InlineData("")]
    public void Data_to_train_on_is_no_benchmark(string record)
    {
        using TemporaryFolder folder = new();
        Assert.Null(Benches.OfFile(folder.Write("data.jsonl", record)));
    }

    [Fact]
    public void A_folder_is_FollowBench_where_it_holds_a_set_of_it()
    {
        using TemporaryFolder folder = new();
        Assert.Null(Benches.OfFile(folder.Path));
        Assert.Null(Benches.OfFile(folder["absent.jsonl"]));
        folder.Write("format_constraints.json", "[" + string.Join(',', Enumerable.Range(0, 6).Select(level =>
            $$"""{"example_id":1,"category":"format","source":"s","level":{{level}},"instruction":"i{{level}}","target":"t"}""")) + "]");
        BenchInfo? found = Benches.OfFile(folder.Path);
        Assert.Equal("followbench", found?.Name);
        Assert.Equal(["i1", "i2", "i3", "i4", "i5"], found!.ReadPrompts(folder.Path).Select(p => p.Messages[^1].Content));
    }
}
