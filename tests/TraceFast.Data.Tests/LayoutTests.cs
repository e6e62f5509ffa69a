namespace TraceFast.Data.Tests;

/// <summary>Each layout as a file of its own, recognized from its keys, in each stage that reads it.</summary>
public sealed class LayoutTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Message[] Turns(params string[] texts) =>
        [.. texts.Select((text, i) => new Message(i % 2 == 0 ? Role.User : Role.Assistant, text))];

    private static readonly Message s_system = new(Role.System, "s");

    private T One<T>(string json, Stage stage)
        where T : TrainingRecord => Assert.IsType<T>(Assert.Single(_folder.Load(json, stage)));

    private static IReadOnlyList<Message> Messages(Prompt prompt) => Assert.IsType<Prompt.Chat>(prompt).Messages;

    private static string Text(Response response) => Assert.IsType<Response.Text>(response).Content;

    [Fact]
    public void Alpaca_joins_instruction_and_input_and_puts_history_before_them()
    {
        Assert.Equal(
            Turns("do\nthis", "done"), One<SftRecord>("""{"instruction":"do","input":"this","output":"done"}""", Stage.Sft).Conversation);
        Assert.Equal(Turns("do", "done"), One<SftRecord>("""{"instruction":"do","output":"done","input":null}""", Stage.Sft).Conversation);
        Assert.Equal(
            [s_system, .. Turns("a", "b", "c", "d", "do", "done")],
            One<SftRecord>(
                """{"instruction":"do","input":"","output":"done","history":[["a","b"],["c","d"]],"system":"s"}""",
                Stage.Sft).Conversation);
    }

    [Fact]
    public void Alpaca_ranking_is_a_pair_and_in_sft_its_chosen_side()
    {
        const string Json = """{"instruction":"do","input":"it","chosen":"good","rejected":"bad"}""";
        PairRecord pair = One<PairRecord>(Json, Stage.Dpo);
        Assert.Equal(Turns("do\nit"), Messages(pair.Prompt));
        Assert.Equal(("good", "bad"), (Text(pair.Chosen), Text(pair.Rejected)));
        Assert.Equal(Turns("do\nit", "good"), One<SftRecord>(Json, Stage.Sft).Conversation);
    }

    [Fact]
    public void Sharegpt_takes_the_system_turn_or_else_the_system_key()
    {
        Assert.Equal([s_system, .. Turns("u", "a", "v", "b")], One<SftRecord>(
            """{"conversations":[{"from":"system","value":"s"},{"from":"human","value":"u"},{"from":"gpt","value":"a"},"""
                + """{"from":"human","value":"v"},{"from":"gpt","value":"b"}],"system":"other"}""",
            Stage.Sft).Conversation);
        Assert.Equal([s_system, .. Turns("u", "a")], One<SftRecord>(
            """{"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"a"}],"system":"s"}""", Stage.Sft).Conversation);
        Assert.Equal(Turns("u", "a"), One<SftRecord>(
            """{"conversations":[{"from":"system","value":""},{"from":"human","value":"u"},{"from":"gpt","value":"a"}],"system":""}""",
            Stage.Sft).Conversation);
    }

    [Fact]
    public void Openai_messages_may_be_parts_of_text()
    {
        Assert.Equal([s_system, .. Turns("ab", "c")], One<SftRecord>(
            """{"messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"a"},"""
                + """{"type":"text","text":"b"}]},{"role":"assistant","content":"c","tool_calls":[]}]}""",
            Stage.Sft).Conversation);
    }

    [Fact]
    public void Ranking_conversations_end_with_the_user()
    {
        PairRecord pair = One<PairRecord>(
            """{"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"a"},{"from":"human","value":"v"}],"chosen":"""
                + """{"from":"gpt","value":"good"},"rejected":{"from":"gpt","value":"bad"}}""",
            Stage.Dpo);
        Assert.Equal(Turns("u", "a", "v"), Messages(pair.Prompt));
        Assert.Equal(("good", "bad"), (Text(pair.Chosen), Text(pair.Rejected)));
        pair = One<PairRecord>(
            """{"messages":[{"role":"user","content":"u"}],"chosen":{"role":"assistant","content":"good"},"rejected":"""
                + """{"role":"assistant","content":"bad"}}""", Stage.Dpo);
        Assert.Equal(Turns("u"), Messages(pair.Prompt));
    }

    [Fact]
    public void The_published_iopo_record_is_two_adjacent_human_turns()
    {
        const string Json = """{"conversations":[{"from":"human","value":"p"},{"from":"human","value":"q"}],"chosen":"""
            + """{"value":"y1"},"rejected":{"value":"y2"},"system":"s"}""";
        foreach (Stage stage in new[] { Stage.Iopo, Stage.Dpo })
        {
            QuadRecord quad = One<QuadRecord>(Json, stage);
            Assert.Equal([s_system, .. Turns("p")], Messages(quad.X1));
            Assert.Equal([s_system, .. Turns("q")], Messages(quad.X2));
            Assert.Equal(("y1", "y2"), (Text(quad.Y1), Text(quad.Y2)));
        }
        DataSet sft = _folder.Load(Json, Stage.Sft);
        Assert.Equal([s_system, .. Turns("p", "y1")], ((SftRecord)sft[0]).Conversation);
        Assert.Equal([s_system, .. Turns("q", "y2")], ((SftRecord)sft[1]).Conversation);
    }

    [Theory]
    [InlineData("""[{"from":"human","value":"p"}]""", "[human]")]
    [InlineData("""[{"from":"human","value":"p"},{"from":"gpt","value":"q"},{"from":"human","value":"r"}]""", "[human, gpt, human]")]
    [InlineData("""[{"from":"human","value":"p"},{"from":"human","value":"q"},{"from":"human","value":"r"}]""", "[human, human, human]")]
    public void Any_other_shape_in_stage_iopo_is_an_error_of_the_record(string turns, string found)
    {
        string reason = _folder.ReasonFor(
            $$$"""{"conversations":{{{turns}}},"chosen":{"value":"a"},"rejected":{"value":"b"}}""", Stage.Iopo);
        Assert.Contains(found, reason, StringComparison.Ordinal);
        Assert.Contains("exactly two adjacent turns of 'human'", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"prompt":"u","chosen":"good","rejected":"bad"}""")]
    [InlineData(
        """{"prompt":[{"role":"user","content":"u"}],"chosen":[{"role":"assistant","content":"good"}],"rejected":["""
            + """{"role":"assistant","content":"bad"}]}""")]
    [InlineData(
        """{"prompt":"u","chosen":[{"role":"user","content":"u"},{"role":"assistant","content":"good"}],"rejected":["""
            + """{"role":"user","content":"u"},{"role":"assistant","content":"bad"}]}""")]
    [InlineData(
        """{"chosen":[{"role":"user","content":"u"},{"role":"assistant","content":"good"}],"rejected":[{"role":"user","content":"u"},"""
            + """{"role":"assistant","content":"bad"}]}""")]
    [InlineData("""{"prompt":"u","chosen":{"role":"assistant","content":"good"},"rejected":{"role":"assistant","content":"bad"}}""")]
    public void Trl_preferences_are_pairs_with_the_common_beginning_as_prompt(string json)
    {
        PairRecord pair = One<PairRecord>(json, Stage.Dpo);
        Assert.Equal(Turns("u"), Messages(pair.Prompt));
        Assert.Equal(("good", "bad"), (Text(pair.Chosen), Text(pair.Rejected)));
    }

    [Fact]
    public void A_common_beginning_of_several_turns_is_the_prompt_even_when_the_answers_are_equal()
    {
        const string Same = """[{"role":"system","content":"s"},{"role":"user","content":"u"},{"role":"assistant","content":"a"},"""
            + """{"role":"user","content":"v"},{"role":"assistant","content":"x"}]""";
        PairRecord pair = One<PairRecord>($$"""{"chosen":{{Same}},"rejected":{{Same}}}""", Stage.Dpo);
        Assert.Equal([s_system, .. Turns("u", "a", "v")], Messages(pair.Prompt));
        Assert.Equal(("x", "x"), (Text(pair.Chosen), Text(pair.Rejected)));
    }

    [Theory]
    [InlineData("""{"prompt":"u","response":"a"}""")]
    [InlineData("""{"prompt":"u","completion":"a"}""")]
    [InlineData("""{"prompt":[{"role":"user","content":"u"}],"completion":[{"role":"assistant","content":"a"}]}""")]
    public void Prompt_and_response_are_a_conversation(string json) =>
        Assert.Equal(Turns("u", "a"), One<SftRecord>(json, Stage.Sft).Conversation);

    [Fact]
    public void Explicit_quads_take_text_or_messages()
    {
        QuadRecord quad = One<QuadRecord>(
            """{"x1":"p","y1":"a","x2":[{"role":"system","content":"s"},{"role":"user","content":"q"}],"y2":"""
                + """{"role":"assistant","content":"b"}}""", Stage.Iopo);
        Assert.Equal(Turns("p"), Messages(quad.X1));
        Assert.Equal([s_system, .. Turns("q")], Messages(quad.X2));
        Assert.Equal(("a", "b"), (Text(quad.Y1), Text(quad.Y2)));
    }

    [Fact]
    public void Quads_may_have_answers_that_fail_and_say_what_is_broken()
    {
        QuadRecord quad = One<QuadRecord>(
            """{"x1":"p","y1":"a","x2":"q","y2":"b","failed1":"","failed2":{"role":"assistant","content":"c"},"broken2":[0]}""",
            Stage.Iopo);
        Assert.Equal(("", "c"), (Text(quad.F1!), Text(quad.F2!)));
        Assert.Equal((true, false), (quad.Y1Verified, quad.Y2Verified));
        quad = One<QuadRecord>("""{"x1":"p","y1":"a","x2":"q","y2":"b","failed2":null,"broken1":[]}""", Stage.Iopo);
        Assert.Equal((null, null, true, true), (quad.F1, quad.F2, quad.Y1Verified, quad.Y2Verified));
        Assert.Contains(
            "'broken1' is a number, not a list",
            _folder.ReasonFor("""{"x1":"p","y1":"a","x2":"q","y2":"b","broken1":3}""", Stage.Iopo), StringComparison.Ordinal);
    }

    [Fact]
    public void Ready_token_ids_are_taken_as_they_are()
    {
        SftIdsRecord sft = One<SftIdsRecord>("""{"prompt_ids":[1, 2],"response_ids":[3]}""", Stage.Sft);
        Assert.Equal([1, 2], sft.PromptIds);
        Assert.Equal([3], sft.ResponseIds);
        PairRecord pair = One<PairRecord>("""{"prompt_ids":[1,2],"chosen_ids":[0],"rejected_ids":[2147483647]}""", Stage.Dpo);
        Assert.Equal([1, 2], ((Prompt.Ids)pair.Prompt).Tokens);
        Assert.Equal([0], ((Response.Ids)pair.Chosen).Tokens);
        Assert.Equal([int.MaxValue], ((Response.Ids)pair.Rejected).Tokens);
        QuadRecord quad = One<QuadRecord>("""{"x1_ids":[1],"y1_ids":[2],"x2_ids":[3],"y2_ids":[4]}""", Stage.Iopo);
        Assert.Equal([1], ((Prompt.Ids)quad.X1).Tokens);
        Assert.Equal([4], ((Response.Ids)quad.Y2).Tokens);
        Assert.Equal(
            [4], ((SftIdsRecord)_folder.Load("""{"x1_ids":[1],"y1_ids":[2],"x2_ids":[3],"y2_ids":[4]}""", Stage.Sft)[1]).ResponseIds);
    }

    [Theory]
    [InlineData(
        """{"instruction":"do","output":"x"}""", Stage.Dpo,
        "found the layout 'alpaca' (one response per prompt); stage dpo needs pairs or quads")]
    [InlineData(
        """{"prompt":"do","response":"x"}""", Stage.Iopo,
        "found the layout 'prompt and response' (one response per prompt); stage iopo needs quads")]
    [InlineData(
        """{"prompt":"do","chosen":"x","rejected":"y"}""", Stage.Iopo,
        "stage iopo needs quads: {conversations: [x1, x2], chosen, rejected}, {x1, y1, x2, y2}")]
    [InlineData(
        """{"prompt_ids":[1],"chosen_ids":[1],"rejected_ids":[1]}""", Stage.Iopo,
        "(pairs: one prompt with a chosen and a rejected response)")]
    public void A_layout_that_the_stage_has_no_use_for_is_refused(string json, Stage stage, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => _folder.Load(json, stage)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_layout_is_said_in_one_line_with_the_keys_that_are_not_used()
    {
        List<string> notices = new();
        string path = _folder.Write(
            "q.jsonl",
            "{\"id\":1,\"prompt\":\"u\",\"response\":\"a\",\"images\":[]}\n{\"prompt\":\"v\",\"response\":\"b\",\"source\":\"web\"}\n");
        DataSet data = DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft, Notice = notices.Add });
        Assert.Equal(
            [$"data set {path}: 2 records, layout prompt and response", $"data set {path}: keys that are not used: id, images, source"],
            notices);
        Assert.Equal(["id", "images", "source"], data.Sources[0].UnusedKeys);
    }
}
