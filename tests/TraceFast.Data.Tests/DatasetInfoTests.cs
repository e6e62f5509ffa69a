namespace TraceFast.Data.Tests;

/// <summary>dataset_info.json as LLaMA-Factory reads it.</summary>
public sealed class DatasetInfoTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly List<string> _notices = [];

    public void Dispose() => _folder.Dispose();

    private DataSet Load(string info, Stage stage, string records, string fileName = "d.jsonl", string name = "d")
    {
        _folder.Write("dataset_info.json", info);
        _folder.Write(fileName, records);
        return DataSet.Load(new DataSetOptions { Names = [name], Directory = _folder.Root, Stage = stage, Notice = _notices.Add });
    }

    private string Refusal(string entry, string records = "{}", Stage stage = Stage.Sft) =>
        Assert.ThrowsAny<InputException>(() => Load($$"""{"d":{{entry}}}""", stage, records)).Message;

    [Fact]
    public void An_entry_with_a_file_alone_is_recognised_by_its_records()
    {
        Assert.IsType<SftRecord>(
            Assert.Single(Load("""{"d":{"file_name":"d.jsonl"}}""", Stage.Sft, """{"instruction":"u","output":"a"}""")));
        Assert.IsType<QuadRecord>(
            Assert.Single(Load("""{"d":{"file_name":"d.jsonl"}}""", Stage.Iopo, """{"x1":"p","y1":"a","x2":"q","y2":"b"}""")));
    }

    [Fact]
    public void Alpaca_columns_are_those_that_the_entry_names()
    {
        const string Entry = """{"file_name":"d.jsonl","columns":{"prompt":"q","response":"a","system":"sys","history":"h"}}""";
        SftRecord record = (SftRecord)Load(
            $$"""{"d":{{Entry}}}""", Stage.Sft, """{"q":"u","input":"not used","a":"r","sys":"s","h":[["x","y"]]}""")[0];
        Assert.Equal(["s", "x", "y", "u", "r"], record.Conversation.Select(m => m.Content));
        Assert.Contains(_notices, line => line.EndsWith("keys that are not used: input", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_columns_alpaca_has_no_history_and_no_system_as_in_llama_factory()
    {
        SftRecord record = (SftRecord)Load(
            """{"d":{"file_name":"d.jsonl","formatting":"alpaca"}}""", Stage.Sft, """{"instruction":"u","output":"r","system":"s"}""")[0];
        Assert.Equal(["u", "r"], record.Conversation.Select(m => m.Content));
        Assert.Contains(_notices, line => line.EndsWith("keys that are not used: system", StringComparison.Ordinal));
    }

    [Fact]
    public void Alpaca_ranking_takes_chosen_and_rejected_columns()
    {
        PairRecord pair = (PairRecord)Load(
            """{"d":{"file_name":"d.jsonl","ranking":true,"columns":{"prompt":"q","chosen":"c","rejected":"r"}}}""", Stage.Dpo,
            """{"q":"u","c":"good","r":"bad"}""")[0];
        Assert.Equal(new Response.Text("good"), pair.Chosen);
    }

    [Fact]
    public void Sharegpt_columns_and_tags_are_those_that_the_entry_names()
    {
        const string Info = """{"d":{"file_name":"d.jsonl","formatting":"sharegpt","columns":{"messages":"talk","system":"sys"},"tags":"""
            + """{"role_tag":"who","content_tag":"what","user_tag":"U","assistant_tag":"A"}}}""";
        SftRecord record = (SftRecord)Load(Info, Stage.Sft, """{"talk":[{"who":"U","what":"u"},{"who":"A","what":"a"}],"sys":"s"}""")[0];
        Assert.Equal([new(Role.System, "s"), new(Role.User, "u"), new(Role.Assistant, "a")], record.Conversation);
    }

    [Fact]
    public void The_published_entry_reads_quads_for_iopo_and_ranking_pairs_for_dpo()
    {
        const string Info = """{"d":{"file_name":"d.json","formatting":"sharegpt","ranking":true,"columns":"""
            + """{"messages":"conversations","chosen":"chosen","rejected":"rejected"}}}""";
        const string Two = """[{"conversations":[{"from":"human","value":"p"},{"from":"human","value":"q"}],"chosen":"""
            + """{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}]""";
        const string Three = """[{"conversations":[{"from":"human","value":"p"},{"from":"gpt","value":"o"},"""
            + """{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}]""";
        Assert.IsType<QuadRecord>(Load(Info, Stage.Iopo, Two, "d.json")[0]);
        Assert.IsType<QuadRecord>(Load(Info, Stage.Dpo, Two, "d.json")[0]);
        Assert.IsType<PairRecord>(Load(Info, Stage.Dpo, Three, "d.json")[0]);
        Assert.Throws<BadRecordsException>(() => Load(Info, Stage.Iopo, Three, "d.json"));
    }

    [Fact]
    public void Openai_formatting_has_openais_tags()
    {
        SftRecord record = (SftRecord)Load(
            """{"d":{"file_name":"d.jsonl","formatting":"openai","columns":{"messages":"messages"}}}""", Stage.Sft,
            """{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}""")[0];
        Assert.Equal(["u", "a"], record.Conversation.Select(m => m.Content));
    }

    [Fact]
    public void A_folder_is_read_file_by_file_in_the_order_of_names()
    {
        _folder.Write("parts/b.jsonl", """{"instruction":"2","output":"a"}""");
        _folder.Write("parts/a.json", """[{"instruction":"1","output":"a"}]""");
        _folder.Write("parts/readme.md", "no records");
        DataSet data = Load("""{"d":{"file_name":"parts"}}""", Stage.Sft, "");
        Assert.Equal(["1", "2"], data.Select(r => ((SftRecord)r).Conversation[0].Content));
    }

    [Theory]
    [InlineData("""{"hf_hub_url":"x/y"}""", "'hf_hub_url': data sets are not downloaded; download it, and give file_name in its place")]
    [InlineData("""{"ms_hub_url":"x/y","file_name":"d.jsonl"}""", "'ms_hub_url'")]
    [InlineData("""{"script_url":"x"}""", "'script_url'")]
    [InlineData("""{"file_name":"d.jsonl","columns":{"prompt":"q","response":"r","images":"i"}}""", "'columns.images' is not supported")]
    [InlineData("""{"file_name":"d.jsonl","columns":{"prompt":"q","response":"r","videos":"i"}}""", "'columns.videos' is not supported")]
    [InlineData("""{"file_name":"d.jsonl","columns":{"prompt":"q","response":"r","kto_tag":"i"}}""", "'columns.kto_tag' is not supported")]
    [InlineData(
        """{"file_name":"d.jsonl","columns":{"prompt":"q","responce":"r"}}""",
        "'columns.responce' is not known; known are prompt, query, response")]
    [InlineData("""{"file_name":"d.jsonl","columns":{"prompt":"q"}}""", "'columns' names no 'response'")]
    [InlineData("""{"file_name":"d.jsonl","columns":{"response":"q"}}""", "neither 'prompt' nor 'query'")]
    [InlineData(
        """{"file_name":"d.jsonl","ranking":true,"columns":{"prompt":"q","chosen":"c"}}""", "does not name both 'chosen' and 'rejected'")]
    [InlineData("""{"file_name":"d.jsonl","formatting":"sharegpt","tags":{"roles":"x"}}""", "'tags.roles' is not known")]
    [InlineData("""{"file_name":"d.jsonl","formatting":"parquet"}""", "'formatting' is 'parquet'; known are alpaca, sharegpt and openai")]
    [InlineData("""{"file_name":"d.jsonl","split":"train[:10%]"}""", "'split' is 'train[:10%]'")]
    [InlineData("""{"file_name":"d.jsonl","num_samples":0}""", "'num_samples' is 0")]
    [InlineData("""{"file_name":"d.jsonl","num_samples":"5"}""", "'num_samples' is not a whole number")]
    [InlineData("""{"file_name":"d.jsonl","ranking":"yes"}""", "'ranking' is a string, not true or false")]
    [InlineData("""{"file_name":["d.jsonl"]}""", "'file_name' is a list, not a string")]
    [InlineData("""{}""", "the key 'file_name' is missing")]
    [InlineData("""[]""", "'d' is a list, not an object")]
    [InlineData("""{"file_name":"none.jsonl"}""", "none.jsonl: there is no such file")]
    public void What_an_entry_can_not_say_is_named(string entry, string expected) =>
        Assert.Contains(expected, Refusal(entry), StringComparison.Ordinal);

    [Fact]
    public void Keys_without_meaning_are_named_in_one_line()
    {
        Load("""{"d":{"file_name":"d.jsonl","file_sha1":"0","describtion":"x"}}""", Stage.Sft, """{"instruction":"u","output":"a"}""");
        Assert.Contains(
            _notices, line => line.EndsWith("d: 'file_sha1' has no meaning for a local file and is not used", StringComparison.Ordinal));
        Assert.Contains(_notices, line => line.EndsWith("d: 'describtion' is not a known key and is not used", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_that_can_not_be_found_say_where_was_looked()
    {
        Assert.Contains(
            "cannot be read",
            Assert.Throws<InputException>(
                () => DataSet.Load(new DataSetOptions { Names = ["d"], Directory = _folder.Root, Stage = Stage.Sft })).Message,
                StringComparison.Ordinal);
        Assert.Contains(
            "there is no data set 'other' (found: d)",
            Assert.Throws<InputException>(() => Load("""{"d":{}}""", Stage.Sft, "", name: "other")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "dataset_info.json:2: not valid JSON", Assert.Throws<InputException>(() => Load("{\"d\":{},\n}", Stage.Sft, "")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "a JSON object is expected", Assert.Throws<InputException>(() => Load("[]", Stage.Sft, "")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "no data set is named",
            Assert.Throws<InputException>(() => DataSet.Load(new DataSetOptions { Names = [], Stage = Stage.Sft })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_may_be_relative_to_the_data_set_folder()
    {
        _folder.Write("sub/x.jsonl", """{"prompt":"u","response":"a"}""");
        DataSet data = DataSet.Load(new DataSetOptions { Names = ["sub/x.jsonl"], Directory = _folder.Root, Stage = Stage.Sft });
        Assert.Equal(Path.Combine(_folder.Root, "sub/x.jsonl"), data[0].Origin.File);
    }
}
