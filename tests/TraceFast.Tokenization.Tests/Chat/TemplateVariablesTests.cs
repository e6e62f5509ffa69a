using TraceFast.Data;
using TraceFast.Tokenization.Chat;

namespace TraceFast.Tokenization.Tests.Chat;

/// <summary>
/// What a record gives a chat template beside its texts: other keys of messages, tools, documents, keywords; used, or refused by name.
/// </summary>
public sealed class TemplateVariablesTests
{
    private const string Whole =
        "{% if tools %}<|im_start|>tools\n{{ tools | tojson }}<|im_end|>\n"
            + "{% endif %}{% for d in documents or [] %}[{{ d.title }}]{% endfor %}"
        + "{% for m in messages %}{{ '<|im_start|>' + m.role + (('=' + m.name) if m.name else '') + '\n' }}"
        + "{% if m.reasoning_content %}{{ '(' + m.reasoning_content + ')' }}{% endif %}{{ m.content + '<|im_end|>\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n"
        + "' }}{% if enable_thinking is defined and enable_thinking is false %}{{ '[]' }}{% endif %}{% endif %}";

    private const string Bare =
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n"
            + "' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static readonly string[] s_markers = ["<|im_start|>", "<|im_end|>"];

    private static readonly Message[] s_conversation = [new(Role.User, "q"), new(Role.Assistant, "a")];

    private static readonly TemplateVariables s_tools = new("[{\"name\": \"clock<|im_end|>\"}]", null, null);

    [Fact]
    public void The_models_template_gets_the_whole_message()
    {
        using TinyModel model = new(Whole, s_markers);
        Message[] messages = [
            s_conversation[0] with { OtherKeys = "{\"name\":\"Ann\",\"id\":null}" },
            s_conversation[1] with { Thought = new("reasoning_content", "hm") }];
        Assert.Equal("<|im_start|>user=Ann\nq<|im_end|>\n<|im_start|>assistant\n(hm)a<|im_end|>\n", model.Own().Render(messages, false));
        (int[] prompt, int[] response) = Assert.Single(model.Own().EncodeTurns(messages));
        Assert.Equal(model.Ids("<|im_start|>user=Ann\nq<|im_end|>\n<|im_start|>assistant\n"), prompt);
        Assert.Equal(model.Ids("(hm)a<|im_end|>\n"), response);
        Assert.Equal(model.Ids("(hm)a<|im_end|>\n"), model.Own().EncodeResponse(messages[..1], messages[1]));
    }

    [Fact]
    public void A_thought_that_the_template_does_not_write_is_refused_where_it_would_be_trained()
    {
        using TinyModel model = new(Bare, s_markers);
        Message[] messages = [s_conversation[0], s_conversation[1] with { Thought = new("reasoning", "hm") }];
        Assert.Contains(
            "'reasoning'", Assert.Throws<ChatException>(() => model.Own().EncodeTurns(messages)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "'reasoning'", Assert.Throws<ChatException>(() => model.Own().EncodeResponse(messages[..1], messages[1])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Tools_documents_and_keywords_reach_the_template_and_stay_text()
    {
        using TinyModel model = new(Whole, s_markers);
        TemplateVariables all = new(s_tools.Tools, "[{\"title\":\"T\"}]", "{\"enable_thinking\":false}");
        const string Head = "<|im_start|>tools\n[{\"name\": \"clock{0}<|im_end|>\"}]<|im_end|>\n[T]";
        const string Prompt = "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n[]";
        Assert.Equal(Head.Replace("{0}", "", StringComparison.Ordinal) + Prompt, model.Own().Render(s_conversation[..1], true, all));
        Assert.Equal(
            model.Ids(Head.Replace("{0}", "\u0001", StringComparison.Ordinal) + Prompt),
            model.Own().EncodePrompt(s_conversation[..1], variables: all));
        Assert.Equal(model.Ids("a<|im_end|>\n"), model.Own().EncodeResponse(s_conversation[..1], s_conversation[1], variables: s_tools));
        Assert.StartsWith(
            "<|im_start|>tools", model.Tokenizer.Decode(model.Own().EncodeTurns(s_conversation, variables: s_tools)[0].Prompt),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tools", Bare)]
    [InlineData("documents", Bare)]
    [InlineData("enable_thinking", Bare)]
    [InlineData("messages", Whole)]
    [InlineData("add_generation_prompt", Whole)]
    public void What_a_template_does_not_use_is_refused_by_name(string name, string template)
    {
        using TinyModel model = new(template, s_markers);
        TemplateVariables given = name switch
        {
            "tools" => s_tools,
            "documents" => new(null, "[{\"title\":\"T\"}]", null),
            _ => new(null, null, $"{{\"{name}\":true}}"),
        };
        foreach (Action use in new Action[]
        {
            () => model.Own().Render(s_conversation, false, given),
            () => model.Own().EncodeTurns(s_conversation, variables: given),
            () => model.Own().EncodePrompt(s_conversation[..1], variables: given),
            () => model.Own().EncodeResponse(s_conversation[..1], s_conversation[1], variables: given),
        })
            Assert.Contains($"'{name}'", Assert.Throws<ChatException>(use).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_template_refuses_them_all()
    {
        using TinyModel model = new(Whole, s_markers);
        foreach ((string name, TemplateVariables given) in new[]
        {
            ("tools", s_tools), ("documents", new TemplateVariables(null, "[{}]", null)),
            ("chat_template_kwargs", new TemplateVariables(null, null, "{\"a\":1}")),
        })
        {
            Assert.Contains(
                $"'{name}'",
                Assert.Throws<ChatException>(() => model.Named("chatml").EncodeTurns(s_conversation, variables: given)).Message,
                StringComparison.Ordinal);
            Assert.Contains(
                $"'{name}'", Assert.Throws<ChatException>(() => model.Named("chatml").Render(s_conversation, true, given)).Message,
                StringComparison.Ordinal);
            Assert.Contains(
                $"'{name}'",
                Assert.Throws<ChatException>(() => model.Named("chatml").EncodePrompt(s_conversation[..1], variables: given)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Settings_that_the_template_reads_are_given_to_it_and_others_are_said_to_do_nothing()
    {
        using TinyModel model = new(Whole, s_markers);
        ChatFormat off = ChatFormat.FromModel(
            model.Folder, model.Tokenizer, DateTime.UnixEpoch, new ChatSettings { Thinking = Thinking.Off, PreserveThinking = true });
        Assert.EndsWith("assistant\n[]", off.Render(s_conversation[..1], true), StringComparison.Ordinal);
        Assert.Equal(
            ["enable_thinking: given to the chat template, which reads it",
                "preserve_thinking: does nothing, the chat template does not read it"], off.Describe().TakeLast(2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Special_tokens_that_contents_spell_follow_split_special_tokens(bool named)
    {
        using TinyModel model = new(Bare, s_markers);
        Message[] spelled = [new(Role.User, "x<|im_end|>"), new(Role.Assistant, "<|im_start|>y")];
        ChatFormat Format(bool split) => named
            ? ChatFormat.ForTemplate("chatml", model.Tokenizer, model.Folder, new ChatSettings { SplitSpecialTokens = split })
            : ChatFormat.FromModel(model.Folder, model.Tokenizer, DateTime.UnixEpoch, new ChatSettings { SplitSpecialTokens = split });
        (int[] prompt, int[] response) = Assert.Single(Format(split: false).EncodeTurns(spelled));
        Assert.Equal(model.Ids("<|im_start|>user\nx<|im_end|><|im_end|>\n<|im_start|>assistant\n"), prompt);
        Assert.Equal(model.Ids("<|im_start|>y<|im_end|>\n"), response);
        (prompt, response) = Assert.Single(Format(split: true).EncodeTurns(spelled));
        Assert.Equal(model.Ids("<|im_start|>user\nx\u0001<|im_end|><|im_end|>\n<|im_start|>assistant\n"), prompt);
        Assert.Equal(model.Ids("\u0001<|im_start|>y<|im_end|>\n"), response);
        Assert.Equal(new Dictionary<int, int> { [257] = 1, [258] = 1 }, Format(true).SpecialTokensIn(spelled));
        Assert.Empty(Format(true).SpecialTokensIn(s_conversation));
    }
}
