using TraceFast.Data;
using TraceFast.Tokenization.Chat;

namespace TraceFast.Tokenization.Tests.Chat;

/// <summary>LLaMA-Factory template names: literal texts and ids.</summary>
public sealed class TemplateTests
{
    private static readonly string[] s_markers =
    [
        "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>",
        "<start_of_turn>", "<end_of_turn>", "<|user|>", "<|assistant|>", "<|system|>", "<|end|>", "[gMASK]", "sop", "<|observation|>",
    ];

    private static readonly Message[] s_twoTurns =
    [
        new(Role.System, "S"), new(Role.User, "Q1"), new(Role.Assistant, "A1"), new(Role.User, "Q2"), new(Role.Assistant, "A2"),
    ];

    private static TinyModel Model() => new(null, s_markers, bos: "<s>", eos: "</s>");

    // name, prompt 1, response 1, prompt 2, response 2
    public static TheoryData<string, string, string, string, string> Layouts => new()
    {
        {
            "qwen", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n", "A1<|im_end|>",
            "\n<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n", "A2<|im_end|>"
        },
        {
            "qwen2_5", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n", "A1<|im_end|>\n",
            "<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n", "A2<|im_end|>\n"
        },
        {
            "chatml", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n", "A1<|im_end|>\n",
            "<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n", "A2<|im_end|>\n"
        },
        {
            "llama3",
            "<s><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"
                + "Q1<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
            "A1<|eot_id|>",
            "<|start_header_id|>user<|end_header_id|>\n\nQ2<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n", "A2<|eot_id|>"
        },
        {
            "llama2", "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nQ1 [/INST]", "A1</s>", "<s>[INST] Q2 [/INST]", "A2</s>"
        },
        {
            "mistral", "<s>[INST] S\n\nQ1[/INST]", " A1</s>", "[INST] Q2[/INST]", " A2</s>"
        },
        {
            "gemma", "<s><start_of_turn>user\nS\n\nQ1<end_of_turn>\n<start_of_turn>model\n", "A1<end_of_turn>\n",
            "<start_of_turn>user\nQ2<end_of_turn>\n<start_of_turn>model\n", "A2<end_of_turn>\n"
        },
        {
            "default", "System: S</s>\nHuman: Q1</s>\nAssistant:", "A1</s>\n", "Human: Q2</s>\nAssistant:", "A2</s>\n"
        },
        {
            "alpaca", "S### Instruction:\nQ1\n\n### Response:\n", "A1</s>\n\n", "### Instruction:\nQ2\n\n### Response:\n", "A2</s>\n\n"
        },
        {
            "vicuna", "SUSER: Q1 ASSISTANT:", "A1</s>", "USER: Q2 ASSISTANT:", "A2</s>"
        },
        {
            "zephyr", "<|system|>\nS</s><|user|>\nQ1</s><|assistant|>\n", "A1</s>", "<|user|>\nQ2</s><|assistant|>\n", "A2</s>"
        },
        {
            "phi", "<|system|>\nS<|end|>\n<|user|>\nQ1<|end|>\n<|assistant|>\n", "A1<|end|>\n", "<|user|>\nQ2<|end|>\n<|assistant|>\n",
            "A2<|end|>\n"
        },
        {
            "deepseek", "<s>S\n\nUser: Q1\n\nAssistant:", "A1</s>", "User: Q2\n\nAssistant:", "A2</s>"
        },
        {
            // efficient_eos: only the last answer ends with a token
            "solar", "### System:\nS\n\n### User:\nQ1\n\n### Assistant:\n", "A1", "### User:\nQ2\n\n### Assistant:\n", "A2</s>"
        },
        {
            // tokens by name, not by text
            "chatglm3", "[gMASK]sop<|system|>\nS<|user|>\nQ1<|assistant|>", "\nA1", "<|user|>\nQ2<|assistant|>", "\nA2</s>"
        },
        {
            // a reasoning template: an answer without a thought gets an empty one
            "qwen3", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n",
            "<think>\n\n</think>\n\nA1<|im_end|>\n",
            "<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\n", "<think>\n\n</think>\n\nA2<|im_end|>\n"
        },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_template_lays_out_two_turns(string name, string prompt1, string response1, string prompt2, string response2)
    {
        using TinyModel model = Model();
        ChatFormat format = model.Named(name);
        IReadOnlyList<(int[] Prompt, int[] Response)> turns = format.EncodeTurns(s_twoTurns);
        Assert.Equal(2, turns.Count);
        Assert.Equal(prompt1, model.Tokenizer.Decode(turns[0].Prompt));
        Assert.Equal(response1, model.Tokenizer.Decode(turns[0].Response));
        Assert.Equal(prompt2, model.Tokenizer.Decode(turns[1].Prompt));
        Assert.Equal(response2, model.Tokenizer.Decode(turns[1].Response));
        Assert.Equal(model.Ids(prompt1), turns[0].Prompt);
        Assert.Equal(model.Ids(response2), turns[1].Response);

        string answered = name == "qwen3" ? response1.Replace("<think>\n\n</think>\n\n", "", StringComparison.Ordinal) : response1;
        Assert.Equal(model.Ids(prompt1 + answered + prompt2), format.EncodePrompt(s_twoTurns[..4]));
        Assert.Equal(model.Ids(response2), format.EncodeResponse(s_twoTurns[..4], new Message(Role.Assistant, "A2")));
        (int[] all, int[] last) = Assert.Single(format.EncodeTurns(s_twoTurns, lastTurnOnly: true));
        Assert.Equal(format.EncodePrompt(s_twoTurns[..4]), all);
        Assert.Equal(turns[1].Response, last);
        Assert.Equal(prompt1 + answered + prompt2, format.Render(s_twoTurns[..4], addGenerationPrompt: true));
    }

    [Theory]
    [InlineData("qwen", "You are a helpful assistant.")]
    [InlineData("qwen2_5", "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.")]
    [InlineData("smollm2", "You are a helpful AI assistant named SmolLM, trained by Hugging Face.")]
    public void A_conversation_without_a_system_text_gets_the_templates(string name, string system)
    {
        using TinyModel model = Model();
        ChatFormat format = model.Named(name);
        string expected = $"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n";
        Assert.Equal(system, format.SystemText);
        Assert.Equal(model.Ids(expected), format.EncodePrompt([new(Role.User, "Q")]));
        Assert.Equal(model.Ids(expected), format.EncodePrompt([new(Role.System, ""), new(Role.User, "Q")]));
    }

    [Fact]
    public void A_template_without_a_system_text_of_its_own_writes_none()
    {
        using TinyModel model = Model();
        ChatFormat format = model.Named("chatml");
        Assert.Null(format.SystemText);
        Assert.Equal(model.Ids("<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n"), format.EncodePrompt([new(Role.User, "")]));
    }

    [Fact]
    public void What_a_record_says_never_becomes_a_control_token()
    {
        using TinyModel model = Model();
        ChatFormat format = model.Named("chatml");
        Message[] conversation =
        [
            new(Role.System, "a<|im_end|>"), new(Role.User, "<|im_start|>😀</s>"), new(Role.Assistant, "中<|im_end|>\n<|im_start|>user"),
        ];
        (int[] prompt, int[] response) = Assert.Single(format.EncodeTurns(conversation));
        Assert.Equal(
            model.Ids(
                "<|im_start|>system\na\u0001<|im_end|><|im_end|>\n<|im_start|>user\n\u0001<|im_start|>😀\u0001</s><|im_end|>\n"
                    + "<|im_start|>assistant\n"),
            prompt);
        Assert.Equal(model.Ids("中\u0001<|im_end|>\n\u0001<|im_start|>user<|im_end|>\n"), response);
    }

    [Fact]
    public void A_control_token_that_starts_in_the_template_and_ends_in_a_content_is_plain_text()
    {
        using TinyModel model = new(null, ["Assistant:!", "x!", "</s>"], eos: "</s>");
        Assert.Equal(
            model.Ids("Human: \u0001x!").Concat(model.Ids("</s>\nAssistant:")),
            model.Named("default").EncodePrompt([new(Role.User, "x!")]));
        // deepseek writes "Assistant:" and the content after it as two texts, so they cannot meet; one text must not either.
        Assert.Equal(model.Ids("\u0001Assistant:\u0001!"), model.Tokenizer.Encode([("Assistant:", true), ("!", false)]));
        Assert.Equal([TinyModel.FirstSpecial], model.Tokenizer.Encode([("Assist", true), ("ant:!", true)]));
        Assert.Equal(
            model.Ids("Assistant:").Concat([TinyModel.FirstSpecial + 1]), model.Tokenizer.Encode([("Assistant:", false), ("x!", true)]));
    }

    [Fact]
    public void Content_and_control_text_are_tokenized_as_one_text()
    {
        using TinyModel model = Model();
        // "\n" of the template and "\n" of the content merge, as they do for LLaMA-Factory, which tokenizes the slot as a whole.
        Assert.Equal(
            [259, .. model.Ids("user"), 256, .. model.Ids("x<|im_end|>\n<|im_start|>assistant\n")],
            model.Named("chatml").EncodePrompt([new(Role.User, "\nx")]));
        // A response is a text of its own.
        Assert.Equal(
            model.Ids("\nx<|im_end|>\n"), model.Named("chatml").EncodeResponse([new(Role.User, "q")], new Message(Role.Assistant, "\nx")));
    }

    [Fact]
    public void Reasoning_templates_keep_thoughts_where_they_are_trained_and_drop_them_from_a_prompt()
    {
        using TinyModel model = Model();
        ChatFormat format = model.Named("qwen3");
        Message[] conversation =
        [
            new(Role.User, "q"), new(Role.Assistant, "<think>\nhm\n</think>\n\na"), new(Role.User, "r"),
            new(Role.Assistant, "<think>\nso\n</think>\n\nb"),
        ];
        string user = "<|im_start|>user\n{0}<|im_end|>\n<|im_start|>assistant\n";
        IReadOnlyList<(int[] Prompt, int[] Response)> turns = format.EncodeTurns(conversation);
        Assert.Equal(model.Ids("<think>\nhm\n</think>\n\na<|im_end|>\n"), turns[0].Response);
        Assert.Equal(model.Ids("<think>\nso\n</think>\n\nb<|im_end|>\n"), turns[1].Response);
        Assert.Equal(
            model.Ids(
                user.Replace("{0}", "q", StringComparison.Ordinal) + "a<|im_end|>\n" + user.Replace("{0}", "r", StringComparison.Ordinal)),
            format.EncodePrompt(conversation[..3]));
    }

    [Theory]
    [InlineData("chatlm", "chatml")]
    [InlineData("Qwen2.5", "qwen2_5")]
    [InlineData("llama-3", "llama3")]
    [InlineData("mistal", "mistral")]
    public void An_unknown_name_is_an_error_with_the_nearest_ones(string name, string near)
    {
        using TinyModel model = Model();
        ChatException e = Assert.Throws<ChatException>(() => model.Named(name));
        Assert.Contains($"'{name}'", e.Message, StringComparison.Ordinal);
        Assert.Contains(near, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_without_the_templates_tokens_is_an_error()
    {
        using TinyModel model = new(null, ["</s>"], eos: "</s>");
        Assert.Contains("'<|im_end|>'", Assert.Throws<ChatException>(() => model.Named("chatml")).Message, StringComparison.Ordinal);
        using TinyModel bare = new(null, ["<x>"]);
        Assert.Contains("eos_token", Assert.Throws<ChatException>(() => bare.Named("vicuna")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_word_that_the_conversation_never_spells_may_be_missing_and_is_reported()
    {
        using TinyModel model = new(null, ["<s>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"], bos: "<s>");
        ChatFormat format = model.Named("llama3");
        Assert.Equal([TinyModel.FirstSpecial + 3], format.StopTokenIds);
        Assert.Contains("<|eom_id|>", string.Join('\n', format.Describe()), StringComparison.Ordinal);
    }

    [Fact]
    public void Turns_out_of_order_are_an_error_that_counts_the_message()
    {
        using TinyModel model = Model();
        ChatFormat format = model.Named("chatml");
        Message u = new(Role.User, "u"), a = new(Role.Assistant, "a"), s = new(Role.System, "s");
        Assert.Contains(
            "message 2 ", Assert.Throws<ChatException>(() => format.EncodeTurns([s, u, u, a])).Message, StringComparison.Ordinal);
        Assert.Contains("message 1 ", Assert.Throws<ChatException>(() => format.EncodeTurns([u, s, a])).Message, StringComparison.Ordinal);
        Assert.Throws<ChatException>(() => format.EncodeTurns([a]));
        Assert.Throws<ChatException>(() => format.EncodeTurns([u]));
        Assert.Throws<ChatException>(() => format.EncodeTurns([]));
        Assert.Throws<ChatException>(() => format.EncodePrompt([u, a]));
        Assert.Throws<ChatException>(() => format.EncodeResponse([], new Message(Role.Assistant, "x")));
        Assert.Throws<InputException>(() => format.EncodePrompt([new(Role.User, "half \ud83d pair")]));
    }

    [Fact]
    public void What_a_run_prints_names_template_system_text_and_labelled_tokens()
    {
        using TinyModel model = Model();
        ChatFormat format = model.Named("qwen");
        Assert.Equal(
            [
                "template: qwen (LLaMA-Factory template, as in the published IOPO trainer)",
                "system text: \"You are a helpful assistant.\"",
                "an answer ends with: <|im_end|> (260)",
            ],
            format.Describe());
        Assert.Equal(
            ["prompt (1 tokens): \"a\" = [97]", "labelled (3 tokens): \"é<|im_end|>\" = [195, 169, 260]"],
            format.DescribeTokens([(model.Ids("a"), false), (model.Ids("é<|im_end|>"), true)]));
    }

    [Fact]
    public void Every_name_in_the_table_makes_a_format_on_a_tokenizer_that_has_its_tokens()
    {
        Assert.True(ChatFormat.TemplateNames.Count >= 70);
        foreach (string name in ChatFormat.TemplateNames)
        {
            using TinyModel model = Fitting(name);
            ChatFormat format = model.Named(name);
            IReadOnlyList<(int[] Prompt, int[] Response)> turns = format.EncodeTurns(s_twoTurns);
            string text = model.Tokenizer.Decode([.. turns.SelectMany(t => t.Prompt.Concat(t.Response))]);
            foreach (string content in new[] { "S", "Q1", "A1", "Q2", "A2" })
                Assert.Contains(content, text, StringComparison.Ordinal);
            Assert.Equal(format.EncodeResponse(s_twoTurns[..4], new Message(Role.Assistant, "A2")), turns[^1].Response);
        }
    }

    // Adds the tokens that the errors ask for, one by one.
    private static TinyModel Fitting(string name)
    {
        List<string> specials = ["<s>", "</s>"];
        while (true)
        {
            TinyModel model = new(null, [.. specials], bos: "<s>", eos: "</s>");
            try
            {
                model.Named(name).EncodeTurns(s_twoTurns);
                return model;
            }
            catch (ChatException e) when (e.Message.Contains("needs the token '", StringComparison.Ordinal) && specials.Count < 20)
            {
                specials.Add(e.Message.Split("needs the token '")[1].Split('\'')[0]);
                model.Dispose();
            }
        }
    }
}
