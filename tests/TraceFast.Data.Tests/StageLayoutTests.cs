#pragma warning disable RCS0056 // Lines of data are as long as they are.
namespace TraceFast.Data.Tests;

/// <summary>
/// Records that hold several things at once are read as what the stage needs, and what it has no use for says what to do.
/// </summary>
public sealed class StageLayoutTests : IDisposable
{
    private const string Ultrafeedback = """
        {"prompt":"u","prompt_id":"p","chosen":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"u"},{"role":"assistant","content":"b"}],"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"m"}],"score_chosen":8.5}
        """;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Ultrafeedback, "a", "m")]
    [InlineData(
        """{"prompt":"u","chosen":"a","rejected":"b","messages":[{"role":"user","content":"u"},{"role":"assistant","content":"m"}]}""", "a",
        "m")]
    [InlineData(
        """{"prompt":"u","chosen":"a","rejected":"b","conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"m"}]}""", "a",
        "m")]
    [InlineData(
        """{"messages":[{"role":"user","content":"u"}],"chosen":[{"role":"user","content":"u"},"""
            + """{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"u"},{"role":"assistant","content":"b"}]}""", "a",
            "a")]
    [InlineData("""{"prompt":"u","chosen":"a","rejected":"b","response":"m"}""", "a", "m")]
    [InlineData("""{"prompt":"u","chosen":"a","rejected":"b","completion":"m"}""", "a", "m")]
    [InlineData("""{"prompt":"u","chosen":"a","rejected":"b"}""", "a", "a")]
    [InlineData("""{"instruction":"u","chosen":"a","rejected":"b","output":"m"}""", "a", "m")]
    [InlineData("""{"instruction":"u","chosen":"a","rejected":"b"}""", "a", "a")]
    [InlineData(
        """{"conversations":[{"from":"human","value":"u"}],"prompt":"u","chosen":{"value":"a"},"rejected":{"value":"b"}}""", "a", "a")]
    public void A_record_is_a_pair_in_dpo_and_a_conversation_in_sft(string record, string chosen, string trained)
    {
        PairRecord pair = Assert.IsType<PairRecord>(Assert.Single(_folder.Load(record, Stage.Dpo)));
        Assert.Equal((chosen, "b"), (Text(pair.Chosen), Text(pair.Rejected)));
        Assert.Equal(
            ["u", trained], Assert.IsType<SftRecord>(Assert.Single(_folder.Load(record, Stage.Sft))).Conversation.Select(m => m.Content));
    }

    [Fact]
    public void Token_ids_are_told_apart_in_the_same_way()
    {
        const string Json = """{"prompt_ids":[1],"chosen_ids":[2],"rejected_ids":[3],"response_ids":[4]}""";
        Assert.IsType<PairRecord>(Assert.Single(_folder.Load(Json, Stage.Dpo)));
        Assert.Equal([4], Assert.IsType<SftIdsRecord>(Assert.Single(_folder.Load(Json, Stage.Sft))).ResponseIds);
    }

    [Theory]
    [InlineData("""{"prompt":"u","constraints":[]}""", "u")]
    [InlineData("""{"prompt":"u","chosen":"a","rejected":"b","messages":[{"role":"user","content":"v"}]}""", "u")]
    [InlineData("""{"prompt":[{"role":"user","content":"u"}],"response":"a"}""", "u")]
    [InlineData("""{"x1":"u","y1":"a","x2":"v","y2":"b"}""", "u", "v")]
    public void Stage_grpo_takes_prompts_alone(string record, params string[] prompts) =>
        Assert.Equal(
            prompts,
            _folder.Load(record, Stage.Grpo).Select(r => Assert.Single(Assert.IsType<PromptRecord>(r).Prompt).Content));

    [Theory]
    [InlineData("""{"prompt_ids":[1],"response_ids":[2]}""")]
    [InlineData("""{"x1_ids":[1],"y1_ids":[2],"x2_ids":[3],"y2_ids":[4]}""")]
    [InlineData("""{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}""")]
    [InlineData("""{"instruction":"u","output":"a"}""")]
    public void Stage_grpo_says_what_it_needs(string record) =>
        Assert.Contains(
            "it needs {prompt, constraints} or {x1,", Assert.ThrowsAny<InputException>(() => _folder.Load(record, Stage.Grpo)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"prompt":"u","chosen":"a","rejected":"b"}""", "data quads --from preference")]
    [InlineData(Ultrafeedback, "data quads --from preference")]
    [InlineData(
        """{"conversations":[{"from":"human","value":"u"}],"chosen":{"value":"a"},"rejected":{"value":"b"}}""",
        "data quads --from preference")]
    [InlineData("""{"instruction":"u","chosen":"a","rejected":"b"}""", "data quads --from preference")]
    [InlineData("""{"prompt":"u","response":"a"}""", "data quads --from sft")]
    public void Stage_iopo_names_the_command_that_makes_quads(string record, string command) =>
        Assert.Contains(
            command, Assert.ThrowsAny<InputException>(() => _folder.Load(record, Stage.Iopo)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(
        Stage.Iopo,
        """{"conversations":[{"from":"human","value":"u"},{"from":"human","value":"v"}],"chosen":{"from":"gpt","value":"a"},"rejected":"""
            + """{"from":"gpt","value":"b"}}""",
            "\"formatting\":\"sharegpt\",\"columns\":{\"messages\":\"conversations\",\"chosen\":\"chosen\",\"rejected\":\"rejected\"}")]
    [InlineData(
        Stage.Sft,
        """{"conversations":[{"from":"human","value":"u"},{"from":"human","value":"v"}],"chosen":{"from":"gpt","value":"a"},"rejected":"""
            + """{"from":"gpt","value":"b"}}""",
            "\"formatting\":\"sharegpt\",\"columns\":{\"messages\":\"conversations\",\"chosen\":\"chosen\",\"rejected\":\"rejected\"}")]
    [InlineData(
        Stage.Dpo,
        """{"conversations":[{"from":"human","value":"u"}],"good":{"from":"gpt","value":"a"},"bad":{"from":"gpt","value":"b"}}""",
        "\"formatting\":\"sharegpt\",\"columns\":{\"messages\":\"conversations\",\"chosen\":\"good\",\"rejected\":\"bad\"}")]
    [InlineData(
        Stage.Dpo,
        """{"conversations":[{"from":"human","value":"u"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}""",
        "\"formatting\":\"sharegpt\"")]
    [InlineData(Stage.Dpo, """{"instruction":"u","output":"m","chosen":"a","rejected":"b"}""", "\"formatting\":\"alpaca\"")]
    public void A_ranking_that_its_entry_does_not_call_one_is_told_to_be_called_so(Stage stage, string record, string entry)
    {
        _folder.Write("d.jsonl", record);
        _folder.Write("dataset_info.json", $"{{\"d\":{{\"file_name\":\"d.jsonl\",{entry}}}}}");
        Assert.Contains(
            "set \"ranking\": true",
            Assert.ThrowsAny<InputException>(
                () => DataSet.Load(new DataSetOptions { Names = ["d"], Directory = _folder.Root, Stage = stage })).Message,
                StringComparison.Ordinal);
    }

    private static string Text(Response response) => Assert.IsType<Response.Text>(response).Content;
}
