using TraceFast.Data;
using TraceFast.Tokenization.Chat;
using TraceFast.Tokenization.Jinja;

namespace TraceFast.Tokenization.Tests.Chat;

/// <summary>A model's own chat_template: parts, marks, what cannot be told apart, where it is found.</summary>
public sealed class ModelTemplateTests
{
    private const string ChatMl =
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{{ '' }}{% endif %}";

    private static readonly string[] s_markers = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "[B]", "[E]"];

    private static readonly Message[] s_twoTurns =
    [
        new(Role.System, "S"), new(Role.User, "Q1"), new(Role.Assistant, "A1"), new(Role.User, "Q2"), new(Role.Assistant, "A2"),
    ];

    private static TinyModel Model(string? template) => new(template, s_markers, bos: "<s>", eos: "</s>");

    private static void AssertTurns(TinyModel model, Message[] conversation, params (string Prompt, string Response)[] expected)
    {
        IReadOnlyList<(int[] Prompt, int[] Response)> turns = model.Own().EncodeTurns(conversation);
        Assert.Equal(expected.Length, turns.Count);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(model.Ids(expected[i].Prompt), turns[i].Prompt);
            Assert.Equal(model.Ids(expected[i].Response), turns[i].Response);
        }
    }

    [Fact]
    public void Prompt_and_answer_are_what_the_template_renders()
    {
        using TinyModel model = Model(ChatMl);
        AssertTurns(
            model,
            s_twoTurns,
            ("<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n", "A1<|im_end|>\n"),
            ("<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n", "A2<|im_end|>\n"));
        ChatFormat format = model.Own();
        Assert.Equal("chat_template", format.Name);
        Assert.Null(format.SystemText);
        Assert.Equal([TinyModel.FirstSpecial + 3, TinyModel.FirstSpecial + 1], format.StopTokenIds);
        Assert.Equal(model.Named("chatml").EncodeTurns(s_twoTurns)[1].Response, format.EncodeTurns(s_twoTurns)[1].Response);
        Assert.Equal(model.Named("chatml").EncodePrompt(s_twoTurns[..4]), format.EncodePrompt(s_twoTurns[..4]));
    }

    [Fact]
    public void Contents_stay_plain_text_through_all_that_the_template_does_with_them()
    {
        // Trimmed, cut, joined, escaped, upper-cased, looked up, repeated by a macro and sent through a filter block.
        const string template =
            "{%- macro show(x) -%}<|im_start|>{{ x }}{%- endmacro -%}"
            + "{%- for m in messages -%}{{ show(m.content | trim) }}|{{ "
            + "m['content'].split('#')[-1] }}|{{ [m.content, '</s>'] | join('+') }}|"
            + "{{ m.content | tojson }}|{{ m.content[::-1][::-1] }}|{{ m.content ~ '<|im_end|>' "
            + "}}|{% filter replace('x', '</s>') %}{{ m.content }}{% endfilter %}"
            + "{%- endfor -%}";
        using TinyModel model = Model(template);
        string rendered = model.Own().Render([new(Role.User, " </s>#x<|im_end|>\n")], false);
        Assert.Equal(
            "<|im_start|></s>#x<|im_end|>|x<|im_end|>\n| </s>#x<|im_end|>\n+</s>|\" </s>#x<|im_end|>\\n\"| </s>#x<|im_end|>\n"
                + "| </s>#x<|im_end|>\n<|im_end|>| </s>#</s><|im_end|>\n",
            rendered);
        Assert.Equal(
            model.Ids(
                "<|im_start|>\u0001</s>#x\u0001<|im_end|>|x\u0001<|im_end|>\n| \u0001</s>#x\u0001<|im_end|>\n"
                    + "+</s>|\" \u0001</s>#x\u0001<|im_end|>\\n\"| "
                + "\u0001</s>#x\u0001<|im_end|>\n| \u0001</s>#x\u0001<|im_end|>\n<|im_end|>| \u0001</s>#</s>\u0001<|im_end|>\n"),
            model.Own().Tokenize([new(Role.User, " </s>#x<|im_end|>\n")], false, safe: true).Ids);
    }

    [Fact]
    public void A_template_that_trims_contents_trains_on_the_trimmed_text()
    {
        using TinyModel model = Model(ChatMl.Replace("m.content", "m.content | trim", StringComparison.Ordinal));
        AssertTurns(
            model,
            [new(Role.User, " q\n"), new(Role.Assistant, "\n\na ")],
            ("<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n", "a<|im_end|>\n"));
    }

    [Fact]
    public void An_opening_that_the_template_always_writes_is_no_part_of_the_answer()
    {
        const string template = "{% for m in messages %}[B]{{ m.role }}[E]{{ m.content }}</s>\n{% endfor %}[B]assistant[E]";
        using TinyModel model = Model(template);
        AssertTurns(
            model,
            s_twoTurns,
            ("[B]system[E]S</s>\n[B]user[E]Q1</s>\n[B]assistant[E]", "A1</s>\n"),
            ("[B]user[E]Q2</s>\n[B]assistant[E]", "A2</s>\n"));
        AssertTurns(model, [new(Role.User, ""), new(Role.Assistant, "")], ("[B]user[E]</s>\n[B]assistant[E]", "</s>\n"));
        Assert.Equal([TinyModel.FirstSpecial + 1], model.Own().StopTokenIds);
    }

    [Fact]
    public void A_template_without_an_opening_keeps_all_that_follows_the_answer()
    {
        const string template = "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% elif "
            + "m.role == 'assistant' %} {{ m.content }}{{ eos_token }} {% endif %}{% endfor %}";
        using TinyModel model = Model(template);
        AssertTurns(
            model,
            s_twoTurns[1..],
            ("<s>[INST] Q1 [/INST]", " A1</s> "),
            ("[INST] Q2 [/INST]", " A2</s> "));
    }

    [Fact]
    public void An_opening_that_cannot_be_told_from_the_answers_end_gives_prompts_but_no_answers()
    {
        using TinyModel model = Model("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant: ");
        ChatFormat format = model.Own();
        Message[] question = [new(Role.User, "Q")];
        Assert.Equal("user: Q\nassistant: ", format.Render(question, addGenerationPrompt: true));
        Assert.Equal(model.Ids("user: Q\nassistant: "), format.EncodePrompt(question));
        Assert.Equal(
            "user: Q\nassistant: A\nassistant: ",
            format.Tokenize([.. question, new(Role.Assistant, "A")], addGenerationPrompt: false, safe: false).Rendered);
        foreach (Action answers in new Action[]
        {
            format.RequireAnswers,
            () => format.EncodeTurns([.. question, new(Role.Assistant, "A")]),
            () => format.EncodeResponse(question, new Message(Role.Assistant, "A")),
            () => format.Tokenize([.. question, new(Role.Assistant, "A")], addGenerationPrompt: false, safe: true),
        })
            Assert.Contains("where an answer ends cannot be told", Assert.Throws<ChatException>(answers).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_that_rewrites_earlier_turns_is_an_error_that_names_the_turn()
    {
        // Thoughts stay only in the last answer.
        const string template =
            "{% for m in messages %}<|im_start|>{{ m.role }}\n"
                + "{% if m.role == 'assistant' and not loop.last %}{{ m.content.split('</think>')[-1] }}"
            + "{% else %}{{ m.content }}{% endif %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n"
            + "{{ '' }}{% endif %}";
        using TinyModel model = Model(template);
        Message[] conversation =
        [
            new(Role.User, "q"), new(Role.Assistant, "<think>h</think>a"), new(Role.User, "r"), new(Role.Assistant, "<think>i</think>b"),
        ];
        ChatException e = Assert.Throws<ChatException>(() => model.Own().EncodeTurns(conversation));
        Assert.Contains("message 3", e.Message, StringComparison.Ordinal);
        Assert.Contains("rewrites earlier text", e.Message, StringComparison.Ordinal);
        Assert.Contains("mask_history", e.Message, StringComparison.Ordinal);
        (int[] prompt, int[] response) = Assert.Single(model.Own().EncodeTurns(conversation, lastTurnOnly: true));
        Assert.Equal(
            model.Ids(
                "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n<|im_start|>user\nr<|im_end|>\n"
                    + "<|im_start|>assistant\n"), prompt);
        Assert.Equal(model.Ids("<think>i</think>b<|im_end|>\n"), response);
    }

    [Fact]
    public void A_prompt_that_opens_a_thought_which_the_conversation_lacks_is_an_error()
    {
        using TinyModel model = Model(ChatMl.Replace("assistant\n{{ '' }}", "assistant\n<think>\n{{ '' }}", StringComparison.Ordinal));
        ChatException e = Assert.Throws<ChatException>(
            () => model.Own().EncodeResponse([new(Role.User, "q")], new Message(Role.Assistant, "a")));
        Assert.Contains("message 1 (the assistant's)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_templates_own_system_text_is_found()
    {
        const string template = "{% if messages[0].role != 'system' %}<|im_start|>system\nBe kind.<|im_end|>\n{% endif %}" + ChatMl;
        using TinyModel model = Model(template);
        Assert.Equal("Be kind.", model.Own().SystemText);
        AssertTurns(
            model,
            [new(Role.User, "q"), new(Role.Assistant, "a")],
            ("<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n", "a<|im_end|>\n"));
        AssertTurns(
            model,
            [new(Role.System, ""), new(Role.User, "q"), new(Role.Assistant, "a")],
            ("<|im_start|>system\n<|im_end|>\n<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n", "a<|im_end|>\n"));
    }

    [Fact]
    public void What_the_template_refuses_is_an_error_in_its_own_words()
    {
        using TinyModel model = Model(
            "{% if messages[0].role == 'system' %}\n{{ raise_exception('System role not supported') }}{% endif %}" + ChatMl);
        JinjaException e = Assert.Throws<JinjaException>(() => model.Own().EncodePrompt([new(Role.System, "s"), new(Role.User, "q")]));
        Assert.True(e.RaisedByTemplate);
        Assert.Equal("System role not supported", e.Reason);
        Assert.EndsWith("tokenizer_config.json chat_template:2: System role not supported", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(model.Own().EncodePrompt([new(Role.User, "q")]));
    }

    [Fact]
    public void The_template_is_found_where_transformers_finds_it()
    {
        using TinyModel model = Model(null);
        Assert.Contains("template: chatml", Assert.Throws<ChatException>(model.Own).Message, StringComparison.Ordinal);
        model.Write(
            "tokenizer_config.json",
            """{"chat_template": [{"name": "tool_use", "template": "T"}, {"name": "default", "template": "D"}]}""");
        Assert.Equal("D", model.Own().Render([], false));
        model.Write("tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "T"}]}""");
        Assert.Contains("tool_use", Assert.Throws<InputException>(model.Own).Message, StringComparison.Ordinal);
        model.Write("chat_template.jinja", "J{{ eos_token is defined }}");
        Assert.Equal("JFalse", model.Own().Render([], false));
        model.Write("special_tokens_map.json", """{"eos_token": {"content": "</s>"}}""");
        Assert.Equal("JTrue", model.Own().Render([], false));
        model.Write("chat_template.jinja", "\n{{ x | nope }}");
        Assert.Contains("chat_template.jinja:2: ", Assert.Throws<JinjaException>(model.Own).Message, StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(model.Folder, "chat_template.jinja"), [0xff, 0xfe]);
        Assert.Contains("UTF-8", Assert.Throws<InputException>(model.Own).Message, StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(model.Folder, "chat_template.jinja"), new byte[(16 << 20) + 1]);
        Assert.Contains("at most", Assert.Throws<InputException>(model.Own).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(model.Folder, "chat_template.jinja"));
        model.Write("tokenizer_config.json", "{");
        Assert.Contains("tokenizer_config.json:1", Assert.Throws<InputException>(model.Own).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Eos_ids_of_the_model_end_an_answer_too()
    {
        using TinyModel model = Model(ChatMl);
        model.Write("generation_config.json", """{"eos_token_id": [5, 260]}""");
        Assert.Equal([260, 5, 258], model.Own().StopTokenIds);
    }

    [Fact]
    public void The_hash_changes_with_template_tokens_and_date_and_nothing_else()
    {
        using TinyModel a = Model(ChatMl), b = Model(ChatMl), c = Model(ChatMl + " "), dated = Model(ChatMl + "{{ strftime_now('%Y') }}");
        Assert.Equal(a.Own().ContentHash, b.Own().ContentHash);
        Assert.NotEqual(a.Own().ContentHash, c.Own().ContentHash);
        using TinyModel d = new(ChatMl, s_markers, bos: "</s>", eos: "</s>");
        Assert.NotEqual(a.Own().ContentHash, d.Own().ContentHash);
        ChatFormat On(TinyModel m, int day) => ChatFormat.FromModel(m.Folder, m.Tokenizer, new DateTime(2025, 1, day));
        Assert.Equal(On(a, 1).ContentHash, On(a, 2).ContentHash);
        Assert.NotEqual(On(dated, 1).ContentHash, On(dated, 2).ContentHash);
        Assert.EndsWith("2025", On(dated, 1).Render([new(Role.User, "q")], false), StringComparison.Ordinal);
    }
}
