#pragma warning disable RCS0056 // Lines of data are as long as they are.
using TraceFast.Data.Statistics;

namespace TraceFast.Data.Tests;

/// <summary>Marks of single messages that say whether they are trained, and the other keys that messages bring along.</summary>
public sealed class MessageMarksTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, bool> Marks
    {
        get
        {
            TheoryData<string, bool> marks = [];
            foreach (string key in new[] { "weight", "train", "training", "loss" })
            {
                foreach (string no in new[] { "0", "0.0", "-0.0", "0e3", "false" })
                    marks.Add($"\"{key}\":{no}", true);
                foreach (string yes in new[] { "1", "1.0", "true", "null" })
                    marks.Add($"\"{key}\":{yes}", false);
            }
            marks.Add("\"weight\":0,\"train\":false", true);
            marks.Add("\"weight\":1,\"loss\":true", false);
            return marks;
        }
    }

    [Theory]
    [MemberData(nameof(Marks))]
    public void A_mark_of_an_answer_decides_whether_it_is_trained(string mark, bool untrained)
    {
        SftRecord record = Assert.IsType<SftRecord>(Assert.Single(_folder.Load(Conversation(answer: mark), Stage.Sft)));
        Assert.Equal([false, untrained, false, false], record.Conversation.Select(m => m.Untrained));
        Assert.All(record.Conversation, m => Assert.Null(m.OtherKeys));
    }

    [Theory]
    [InlineData("\"weight\":0")]
    [InlineData("\"weight\":0.0")]
    [InlineData("\"weight\":null")]
    [InlineData("\"train\":false")]
    [InlineData("\"loss\":false")]
    public void A_mark_of_another_turn_that_asks_for_nothing_is_accepted(string mark)
    {
        SftRecord record = Assert.IsType<SftRecord>(Assert.Single(_folder.Load(Conversation(question: mark), Stage.Sft)));
        Assert.All(record.Conversation.Where(m => m.Role == Role.Assistant), m => Assert.False(m.Untrained));
    }

    [Theory]
    [InlineData("\"weight\":0.5", "", "has 'weight' 0.5: a message is trained (1, true) or not (0, false)")]
    [InlineData("\"weight\":2", "", "has 'weight' 2:")]
    [InlineData("\"loss\":-1", "", "has 'loss' -1:")]
    [InlineData("\"weight\":\"0\"", "", "has a string as 'weight'; it says whether the message is trained")]
    [InlineData("\"train\":[]", "", "has a list as 'train'")]
    [InlineData("\"weight\":0,\"train\":true", "", "has 'weight' and 'train', of which one says that it is trained")]
    [InlineData(
        "\"train_detail\":[{\"begin_offset\":0,\"end_offset\":1,\"train\":false}]", "", "has 'train_detail', which is not supported")]
    [InlineData("", "\"weight\":1", "is not the assistant's, and 'weight' asks for it to be trained")]
    [InlineData("", "\"train\":true", "is not the assistant's, and 'train' asks for it to be trained")]
    [InlineData("", "\"weight\":0.5", "has 'weight' 0.5")]
    public void A_mark_that_can_not_be_obeyed_is_refused(string answer, string question, string reason) =>
        Assert.Contains(reason, _folder.ReasonFor(Conversation(answer, question), Stage.Sft), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a","weight":0}]}""")]
    [InlineData("""{"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"a","train":false}]}""")]
    [InlineData("""{"prompt":"u","completion":[{"role":"assistant","content":"a","weight":0}]}""")]
    public void A_record_without_a_trained_answer_is_refused(string record) =>
        Assert.Contains("no answer is left to be trained", _folder.ReasonFor(record, Stage.Sft), StringComparison.Ordinal);

    [Theory]
    [InlineData(
        Stage.Dpo,
        """{"prompt":"u","chosen":[{"role":"assistant","content":"a","weight":0}],"rejected":[{"role":"assistant","content":"b"}]}""",
        "'chosen'")]
    [InlineData(
        Stage.Dpo,
        """{"chosen":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"rejected":[{"role":"user","content":"u"},"""
            + """{"role":"assistant","content":"b","train":false}]}""", "'rejected'")]
    [InlineData(
        Stage.Dpo,
        """{"conversations":[{"from":"human","value":"u"}],"chosen":{"from":"gpt","value":"a","loss":0},"rejected":"""
            + """{"from":"gpt","value":"b"}}""", "'chosen'")]
    [InlineData(
        Stage.Iopo,
        """{"conversations":[{"from":"human","value":"u"},{"from":"human","value":"v"}],"chosen":{"from":"gpt","value":"a"},"rejected":"""
            + """{"from":"gpt","value":"b","weight":0}}""", "'rejected'")]
    [InlineData(Stage.Iopo, """{"x1":"u","y1":{"role":"assistant","content":"a","weight":0},"x2":"v","y2":"b"}""", "'y1'")]
    public void One_of_two_compared_answers_can_not_be_left_untrained(Stage stage, string record, string which) =>
        Assert.Contains($"{which} is marked as not to be trained", _folder.ReasonFor(record, stage), StringComparison.Ordinal);

    [Fact]
    public void Earlier_answers_of_a_pair_may_be_marked()
    {
        const string Json = """{"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"a","weight":0},"""
            + """{"from":"human","value":"v"}],"chosen":{"value":"b"},"rejected":{"value":"c"}}""";
        Assert.IsType<PairRecord>(Assert.Single(_folder.Load(Json, Stage.Dpo)));
        Assert.Equal(
            [false, true, false, false],
            Assert.IsType<SftRecord>(Assert.Single(_folder.Load(Json, Stage.Sft))).Conversation.Select(m => m.Untrained));
    }

    [Theory]
    [InlineData("reasoning_content")]
    [InlineData("reasoning")]
    [InlineData("thinking")]
    public void A_thought_beside_an_answer_is_kept(string key)
    {
        SftRecord record = Assert.IsType<SftRecord>(Assert.Single(_folder.Load(Conversation(answer: $"\"{key}\":\"hm\""), Stage.Sft)));
        Assert.Equal(new Thought(key, "hm"), record.Conversation[1].Thought);
        PairRecord pair = Assert.IsType<PairRecord>(Assert.Single(_folder.Load(
            $$"""{"prompt":"u","chosen":[{"role":"assistant","content":"a","{{key}}":"hm"}],"rejected":[{"role":"assistant","content":"b","{{key}}":""}]}""", Stage.Dpo)));
        Assert.Equal("hm", Assert.IsType<Response.Text>(pair.Chosen).Message.Thought?.Text);
        Assert.Null(Assert.IsType<Response.Text>(pair.Rejected).Message.Thought);
    }

    [Fact]
    public void Keys_of_messages_that_are_not_read_are_named_once_for_a_data_set()
    {
        string path = _folder.Write("named.jsonl", string.Concat(Enumerable.Repeat(
            """{"messages":[{"role":"user","content":"u","name":"Ann","id":null,"weight":0},"""
                + """{"role":"assistant","content":"a","reasoning":"hm","extra":[]},{"role":"user","content":"v"},"""
                + """{"role":"assistant","content":"b","mood":"good"}]}""" + "\n", 3)));
        List<string> said = [];
        DataSet set = DataSet.Load(new DataSetOptions { Names = [path], Stage = Stage.Sft, Notice = said.Add });
        Assert.Equal(["name", "mood"], set.Sources[0].OtherMessageKeys);
        Assert.Single(said, line => line.EndsWith("by a model's own chat template that reads them: name, mood", StringComparison.Ordinal));
        Assert.Equal("""{"name":"Ann"}""", Assert.IsType<SftRecord>(set[0]).Conversation[0].OtherKeys);
    }

    [Fact]
    public void Messages_that_differ_in_a_key_that_is_not_text_are_the_same_turn_of_a_pair()
    {
        PairRecord pair = Assert.IsType<PairRecord>(Assert.Single(_folder.Load(
            """{"chosen":[{"role":"user","content":"u","id":1},{"role":"assistant","content":"a"}],"rejected":["""
                + """{"role":"user","content":"u","id":2},{"role":"assistant","content":"b"}]}""", Stage.Dpo)));
        Assert.Single(Assert.IsType<Prompt.Chat>(pair.Prompt).Messages);
    }

    [Fact]
    public void Records_that_train_other_things_are_not_the_same()
    {
        string[] different =
        [
            Conversation(), Conversation(answer: "\"weight\":0"), Conversation(answer: "\"reasoning\":\"hm\""),
            Conversation().Replace("{\"messages\"", "{\"tools\":[{\"name\":\"t\"}],\"messages\"", StringComparison.Ordinal),
        ];
        DataSet set = _folder.Load(string.Join('\n', different), Stage.Sft);
        Assert.Equal(different.Length, set.Select(RecordHash.Of).Distinct().Count());
    }

    [Theory]
    [InlineData(
        """{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":null}]}""",
        "'messages[1].content' (message 2) is null, not text")]
    [InlineData(
        """{"messages":[{"role":"user","content":null},{"role":"assistant","content":"a"}]}""",
        "'messages[0].content' (message 1) is null, not text")]
    [InlineData(
        """{"messages":[{"role":"user","content":"u"},{"role":"assistant"}]}""",
        "messages[1] (message 2): the key 'content' is missing (found: role)")]
    [InlineData("""{"messages":[{"role":"user","content":"u"},{"role":null,"content":"a"}]}""", "'messages[1].role' (message 2) is null")]
    public void A_message_without_text_is_named_with_its_number(string record, string reason) =>
        Assert.Contains(reason, _folder.ReasonFor(record, Stage.Sft), StringComparison.Ordinal);

    [Theory]
    [InlineData("""[{"name":"t"}]""", """[{"name":"t"}]""")]
    [InlineData("""
        "[{\"name\":\"t\"}]"
        """, """[{"name":"t"}]""")]
    [InlineData("[]", null)]
    [InlineData("null", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"[]\"", null)]
    public void Tools_of_a_record_go_with_it(string given, string? tools)
    {
        SftRecord record = Assert.IsType<SftRecord>(
            Assert.Single(
                _folder.Load(
                    Conversation().Replace("{\"messages\"", $"{{\"tools\":{given.Trim()},\"messages\"", StringComparison.Ordinal),
                    Stage.Sft)));
        Assert.Equal(tools, record.Variables?.Tools);
    }

    [Fact]
    public void A_column_of_tools_may_have_another_name()
    {
        _folder.Write(
            "d.json",
            """[{"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"a"}],"functions_of":"[{\"name\":\"t\"}]"}]""");
        _folder.Write(
            "dataset_info.json",
            """{"d":{"file_name":"d.json","formatting":"sharegpt","columns":{"messages":"conversations","tools":"functions_of"}}}""");
        Assert.Equal(
            """[{"name":"t"}]""",
            Assert.Single(
                DataSet.Load(new DataSetOptions { Names = ["d"], Directory = _folder.Root, Stage = Stage.Sft })).Variables?.Tools);
    }

    [Theory]
    [InlineData("""{"messages":[],"tools":"no"}""", "'tools' is a string that is to hold JSON, and does not")]
    [InlineData("""{"messages":[],"tools":{"a":1}}""", "'tools' is an object, not a list")]
    [InlineData("""{"messages":[],"tools":[1]}""", "'tools[0]' is a number, not an object")]
    [InlineData("""{"messages":[],"tools":[{"a":"\ud800"}]}""", "half of a surrogate pair")]
    [InlineData("""{"messages":[],"chat_template_kwargs":[1]}""", "'chat_template_kwargs' is a list, not an object")]
    [InlineData(
        """{"prompt_ids":[1],"response_ids":[2],"tools":[{"a":1}]}""", "the prompt is ready token ids, for which no template is rendered")]
    public void Tools_of_another_kind_are_refused(string record, string reason) =>
        Assert.Contains(reason, _folder.ReasonFor(record, Stage.Sft), StringComparison.Ordinal);

    private static string Conversation(string answer = "", string question = "") =>
        $$"""{"messages":[{"role":"user","content":"u"{{Comma(question)}}},{"role":"assistant","content":"a"{{Comma(answer)}}},{"role":"user","content":"v"},{"role":"assistant","content":"b"}]}""";

    private static string Comma(string keys) => keys.Length == 0 ? "" : "," + keys;
}
