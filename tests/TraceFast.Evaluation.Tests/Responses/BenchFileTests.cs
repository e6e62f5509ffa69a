using TraceFast.Evaluation.Responses;
using TraceFast.Tests;

namespace TraceFast.Evaluation.Tests.Responses;

/// <summary>Every benchmark's own file is told by its records.</summary>
public sealed class BenchFileTests
{
    [Theory]
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
    public void A_file_is_told_by_the_keys_of_its_records(string bench, string record)
    {
        using TemporaryFolder folder = new();
        BenchFile? file = BenchFile.TryRead(folder.Write("bench.jsonl", record));
        Assert.Equal(bench, file?.Bench);
        Assert.Equal("p", Assert.Single(file!.Prompts).Messages[^1].Content);
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
        Assert.Null(BenchFile.TryRead(folder.Write("data.jsonl", record)));
    }

    [Fact]
    public void A_folder_is_FollowBench_where_it_holds_a_set_of_it()
    {
        using TemporaryFolder folder = new();
        Assert.Null(BenchFile.TryRead(folder.Path));
        Assert.Null(BenchFile.TryRead(folder["absent.jsonl"]));
        folder.Write("format_constraints.json", "[" + string.Join(',', Enumerable.Range(0, 6).Select(level =>
            $$"""{"example_id":1,"category":"format","source":"s","level":{{level}},"instruction":"i{{level}}","target":"t"}""")) + "]");
        BenchFile? file = BenchFile.TryRead(folder.Path);
        Assert.Equal("followbench", file?.Bench);
        Assert.Equal(["i1", "i2", "i3", "i4", "i5"], file!.Prompts.Select(p => p.Messages[^1].Content));
    }
}
