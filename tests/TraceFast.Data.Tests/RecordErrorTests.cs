namespace TraceFast.Data.Tests;

/// <summary>Every way in which a record can be wrong gives a reason that names the key and what was expected.</summary>
public sealed class RecordErrorTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    // fields missing, empty, of the wrong type
    [InlineData(Stage.Sft, """{"instruction":"","input":"","output":"x"}""", "the prompt is empty")]
    [InlineData(Stage.Sft, """{"instruction":"do","output":""}""", "'output' is empty")]
    [InlineData(Stage.Sft, """{"instruction":"do","output":3}""", "'output' is a number, not a string")]
    [InlineData(Stage.Sft, """{"instruction":["do"],"output":"x"}""", "'instruction' is a list, not a string")]
    [InlineData(Stage.Sft, """{"instruction":"do","output":"x","history":{"a":1}}""", "'history' is an object, not a list")]
    [InlineData(Stage.Sft, """{"instruction":"do","output":"x","history":[["a"]]}""", "'history[0]' is not a pair")]
    [InlineData(Stage.Sft, """{"instruction":"do","output":"x","history":[["a","b","c"]]}""", "'history[0]' is not a pair")]
    [InlineData(Stage.Sft, """{"instruction":"do","output":"x","history":[["a","b"],["",""]]}""", "'history[1][0]' is empty")]
    [InlineData(Stage.Sft, """{"instruction":"do","output":"x","system":1}""", "'system' is a number")]
    [InlineData(Stage.Dpo, """{"instruction":"do","chosen":"","rejected":"x"}""", "'chosen' is empty")]
    [InlineData(Stage.Sft, """{"prompt":"","response":"x"}""", "'prompt' is empty")]
    [InlineData(Stage.Sft, """{"prompt":"x","response":""}""", "'response' is empty")]
    [InlineData(Stage.Sft, """{"prompt":"x","response":[]}""", "'response' holds no message")]
    [InlineData(Stage.Sft, """{"prompt":"x","response":true}""", "'response' is a boolean, not an object")]
    [InlineData(Stage.Iopo, """{"x1":"p","y1":"a","x2":"q","y2":""}""", "'y2' is empty")]
    [InlineData(Stage.Iopo, """{"x1":[],"y1":"a","x2":"q","y2":"b"}""", "'x1' holds no message")]
    [InlineData(Stage.Iopo, """{"x1":"p","y1":"a","x2":"q"}""", "the key 'y2' is missing (found: x1, y1, x2)")]
    [InlineData(Stage.Iopo, """{"x1":"p","y1":"a","x2":"q","y2":null}""", "'y2' is null")]
    [InlineData(Stage.Dpo, """{"prompt":"p","chosen":"a"}""", "the key 'rejected' is missing (found: prompt, chosen)")]
    [InlineData(Stage.Dpo, """{"conversations":[{"from":"human","value":"u"}],"rejected":{"value":"b"}}""", "the key 'chosen' is missing")]
    [InlineData(Stage.Sft, """{"instruction":"p","input":"a"}""", "the key 'output' is missing")]
    [InlineData(Stage.Sft, """{"prompt_ids":[1]}""", "the key 'response_ids' is missing")]
    [InlineData(Stage.Dpo, """{"chosen_ids":[1],"rejected_ids":[2]}""", "the key 'prompt_ids' is missing")]
    [InlineData(Stage.Sft, """{"text":"raw"}""", "no known layout has these keys: text;")]
    [InlineData(Stage.Sft, """{}""", "no known layout has these keys: none;")]
    [InlineData(Stage.Sft, """[1]""", "a JSON object is expected, found a number")]
    [InlineData(Stage.Sft, "7", "a JSON object is expected, found a number")]
    [InlineData(Stage.Sft, "\"text\"", "a JSON object is expected, found a string")]
    // conversations
    [InlineData(Stage.Sft, """{"conversations":[]}""", "'conversations' holds no message")]
    [InlineData(Stage.Sft, """{"conversations":[{"from":"system","value":"s"}]}""", "holds no message but the system's")]
    [InlineData(
        Stage.Sft, """{"conversations":[{"from":"human","value":"u"}]}""",
        "ends with a message of the user; it must end with one of the assistant")]
    [InlineData(
        Stage.Sft, """{"conversations":[{"from":"gpt","value":"a"},{"from":"human","value":"u"}]}""",
        "message 1 is the assistant's where the user's is due")]
    [InlineData(
        Stage.Sft, """{"conversations":[{"from":"human","value":"u"},{"from":"human","value":"u"},{"from":"gpt","value":"a"}]}""",
        "message 2 is the user's where the assistant's is due")]
    [InlineData(
        Stage.Sft, """{"conversations":[{"from":"human","value":"u"},{"from":"system","value":"s"},{"from":"gpt","value":"a"}]}""",
        "message 2 is the system's")]
    [InlineData(
        Stage.Sft, """{"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":""}]}""", "'conversations[1].value' is empty")]
    [InlineData(
        Stage.Sft, """{"conversations":[{"from":"human","value":""},{"from":"gpt","value":"a"}]}""", "'conversations[0].value' is empty")]
    [InlineData(
        Stage.Sft, """{"conversations":[{"from":"human"},{"from":"gpt","value":"a"}]}""", "the key 'value' is missing (found: from)")]
    [InlineData(Stage.Sft, """{"conversations":[{"value":"u"},{"from":"gpt","value":"a"}]}""", "the key 'from' is missing (found: value)")]
    [InlineData(Stage.Sft, """{"conversations":["u","a"]}""", "'conversations[0]' is a string, not an object")]
    [InlineData(
        Stage.Sft, """{"conversations":[{"from":"user","value":"u"},{"from":"gpt","value":"a"}]}""",
        "has the role 'user'; known are 'human', 'gpt' and 'system'")]
    [InlineData(
        Stage.Sft,
        """{"conversations":[{"from":"human","value":"u"},{"from":"function_call","value":"{}"},{"from":"observation","value":"o"},"""
            + """{"from":"gpt","value":"a"}]}""", "turns of tool use are not supported")]
    [InlineData(
        Stage.Sft, """{"conversations":[{"from":"human","value":"u","value":"v"},{"from":"gpt","value":"a"}]}""",
        "the key 'value' appears twice")]
    [InlineData(
        Stage.Sft, """{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":null,"tool_calls":[{"id":1}]}]}""",
        "has 'tool_calls', which is not supported")]
    [InlineData(
        Stage.Sft, """{"messages":[{"role":"user","content":[{"type":"image_url"}]},{"role":"assistant","content":"a"}]}""",
        "has a part of type 'image_url'")]
    [InlineData(Stage.Sft, """{"conversations":{"from":"human"}}""", "no known layout")]
    [InlineData(
        Stage.Dpo,
        """{"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"a"}],"chosen":{"value":"x"},"rejected":{"value":"y"}}""",
        "must end with one of the user")]
    [InlineData(
        Stage.Dpo, """{"conversations":[{"from":"human","value":"u"}],"chosen":{"from":"human","value":"x"},"rejected":{"value":"y"}}""",
        "'chosen' is said by 'human'; it must be by 'gpt'")]
    [InlineData(
        Stage.Dpo, """{"conversations":[{"from":"human","value":"u"}],"chosen":{"from":"gpt"},"rejected":{"value":"y"}}""",
        "the key 'value' is missing")]
    [InlineData(
        Stage.Dpo, """{"conversations":[{"from":"human","value":"u"}],"chosen":{"value":""},"rejected":{"value":"x"}}""",
        "'chosen' is empty")]
    // TRL preferences
    [InlineData(Stage.Dpo, """{"chosen":"a b","rejected":"a c"}""", "the key 'prompt' is missing")]
    [InlineData(
        Stage.Dpo, """{"prompt":"p","chosen":"a","rejected":[{"role":"assistant","content":"b"}]}""",
        "one is a message list and the other is not")]
    [InlineData(
        Stage.Dpo,
        """{"chosen":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"v"},"""
            + """{"role":"assistant","content":"b"}]}""", "begin with 0 messages in common, after which 2 and 2 follow")]
    [InlineData(
        Stage.Dpo,
        """{"prompt":"w","chosen":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"rejected":["""
            + """{"role":"user","content":"u"},{"role":"assistant","content":"b"}]}""",
            "'prompt' is not what 'chosen' and 'rejected' begin with")]
    [InlineData(
        Stage.Dpo, """{"prompt":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"chosen":"a","rejected":"b"}""",
        "must end with one of the user")]
    [InlineData(
        Stage.Dpo,
        """{"prompt":"p","chosen":[{"role":"assistant","content":"a"},{"role":"user","content":"a"}],"rejected":["""
            + """{"role":"assistant","content":"b"}]}""", "'chosen' holds 2 messages")]
    // token ids
    [InlineData(Stage.Sft, """{"prompt_ids":[],"response_ids":[1]}""", "'prompt_ids' is empty")]
    [InlineData(Stage.Sft, """{"prompt_ids":[1],"response_ids":[]}""", "'response_ids' is empty")]
    [InlineData(Stage.Sft, """{"prompt_ids":[1,-2],"response_ids":[1]}""", "'prompt_ids' holds -2 at place 2")]
    [InlineData(Stage.Sft, """{"prompt_ids":[1.5],"response_ids":[1]}""", "'prompt_ids' holds 1.5 at place 1")]
    [InlineData(Stage.Sft, """{"prompt_ids":[2147483648],"response_ids":[1]}""", "'prompt_ids' holds 2147483648")]
    [InlineData(Stage.Sft, """{"prompt_ids":["1"],"response_ids":[1]}""", "'prompt_ids' holds a string")]
    [InlineData(Stage.Sft, """{"prompt_ids":[[1]],"response_ids":[1]}""", "'prompt_ids' holds a list")]
    [InlineData(Stage.Sft, """{"prompt_ids":"1 2","response_ids":[1]}""", "'prompt_ids' is a string, not a list of token ids")]
    // columns that say something else
    [InlineData(Stage.Sft, """{"prompt":"u","response":"a","images":["x.png"]}""", "'images' is not empty, and not supported")]
    [InlineData(Stage.Sft, """{"instruction":"u","output":"a","kto_tag":true}""", "'kto_tag'")]
    [InlineData(Stage.Sft, """{"prompt":"u","completion":"a","label":false}""", "'label' marks the response as desirable or not (KTO)")]
    // JSON itself
    [InlineData(Stage.Sft, """{"prompt":"u","prompt":"v","response":"a"}""", "the key 'prompt' appears twice")]
    [InlineData(Stage.Sft, """{"prompt":"u","\u0070rompt":"v","response":"a"}""", "the key 'prompt' appears twice")]
    [InlineData(Stage.Sft, """{"prompt":"\ud800","response":"a"}""", "half of a surrogate pair")]
    [InlineData(
        Stage.Sft, """{"prompt":"u","response":"a",}""",
        "not valid JSON (byte 30 of the line): trailing comma before the closing '}' of an object")]
    [InlineData(Stage.Sft, """{"prompt":["u",],"response":"a"}""", "trailing comma before the closing ']' of a list")]
    [InlineData(Stage.Sft, """{"prompt":"u","response":{"a":[1}}""", "not valid JSON")]
    [InlineData(Stage.Sft, "{\"prompt\":\"u\",\uFEFF\"response\":\"a\"}", "unexpected byte order mark (U+FEFF)")]
    [InlineData(Stage.Sft, """{"prompt":"u","response":"a"} {}""", "not valid JSON")]
    [InlineData(Stage.Sft, """{"prompt":"u","response":"a""", "not valid JSON (byte 28 of the line): it ends in the middle of a value")]
    [InlineData(Stage.Sft, """{"prompt":"u","response":["a"]""", "it ends before all objects and lists are closed")]
    [InlineData(Stage.Sft, """{"prompt":"u","response":NaN}""", "not valid JSON")]
    [InlineData(Stage.Sft, """{'prompt':'u','response':'a'}""", "not valid JSON")]
    [InlineData(Stage.Sft, "{\"prompt\":\"u\0\",\"response\":\"a\"}", "not valid JSON")]
    public void A_bad_record_says_what_is_wrong_with_it(Stage stage, string json, string expected) =>
        Assert.Contains(expected, _folder.ReasonFor(json, stage), StringComparison.Ordinal);

    /// <summary>Where a model answered with nothing, that is a failure to learn from; nothing else may be empty.</summary>
    [Theory]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":""}""")]
    [InlineData("""{"prompt":"p","chosen":"a","rejected":{"role":"assistant","content":""}}""")]
    [InlineData("""{"prompt":"p","chosen":[{"role":"assistant","content":"a"}],"rejected":[{"role":"assistant","content":""}]}""")]
    [InlineData("""{"conversations":[{"from":"human","value":"u"}],"chosen":{"value":"x"},"rejected":{"value":""}}""")]
    [InlineData("""{"instruction":"do","chosen":"x","rejected":""}""")]
    public void An_empty_answer_may_be_rejected(string json)
    {
        PairRecord pair = Assert.IsType<PairRecord>(Assert.Single(_folder.Load(json, Stage.Dpo)));
        Assert.Equal("", Assert.IsType<Response.Text>(pair.Rejected).Content);
        string inner = """{"chosen":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"rejected":["""
            + """{"role":"assistant","content":""},{"role":"user","content":"u"}]}""";
        Assert.Contains("'rejected[0].content' is empty", _folder.ReasonFor(inner, Stage.Dpo), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_id_beyond_the_vocabulary_is_an_error_where_that_is_known()
    {
        string path = _folder.Write("ids.jsonl", "{\"x1_ids\":[1],\"y1_ids\":[2],\"x2_ids\":[3],\"y2_ids\":[4,512]}\n");
        DataSet Load(int? size) => DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Iopo, VocabularySize = size });
        Assert.Single(Load(513));
        Assert.Single(Load(null));
        BadRecordsException e = Assert.Throws<BadRecordsException>(() => Load(512));
        Assert.Contains("the token id 512 is not in the vocabulary of 512 tokens", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_is_limited_to_64_levels()
    {
        static string Nested(int levels) =>
            $$"""{"prompt":"u","response":"a","meta":{{new string('[', levels - 1)}}{{new string(']', levels - 1)}}}""";
        Assert.Single(_folder.Load(Nested(64), Stage.Sft));
        Assert.Contains("it is nested deeper than 64 levels", _folder.ReasonFor(Nested(65), Stage.Sft), StringComparison.Ordinal);
        Assert.Single(_folder.Load($"[{Nested(64)}]", Stage.Sft, "a.json"));
        Assert.Contains("cannot be read", _folder.ReasonFor($"[{Nested(65)}]", Stage.Sft), StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_of_very_many_keys_is_refused_and_one_of_many_is_read()
    {
        static string Keys(int count) =>
            "{\"prompt\":\"u\",\"response\":\"a\"," + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"k{i}\":0")) + "}";
        Assert.Single(_folder.Load(Keys(5000), Stage.Sft));
        Assert.Contains("more than 10000 keys", _folder.ReasonFor(Keys(10_000), Stage.Sft), StringComparison.Ordinal);
        Assert.Contains("'k7' appears twice", _folder.ReasonFor(Keys(100)[..^1] + ",\"k7\":1}", Stage.Sft), StringComparison.Ordinal);
    }
}
