using TraceFast.Data;
using TraceFast.Tokenization.Chat;

namespace TraceFast.Tokenization.Tests.Chat;

/// <summary>
/// LLaMA-Factory's reasoning templates under enable_thinking and preserve_thinking; expected texts by its ReasoningTemplate's rules.
/// </summary>
public sealed class ThoughtTests
{
    private const string Empty = "<think>\n\n</think>\n\n";
    private const string User = "<|im_start|>user\n{0}<|im_end|>\n<|im_start|>assistant\n";

    private static readonly string[] s_markers = ["<|im_start|>", "<|im_end|>"];

    private static readonly Message[] s_plain = [
        new(Role.User, "q"), new(Role.Assistant, "a"), new(Role.User, "r"), new(Role.Assistant, "b")];

    private static readonly Message[] s_thought =
        [new(Role.User, "q"),
            new(Role.Assistant, "<think>\nhm\n</think>\n\na"), new(Role.User, "r"), new(Role.Assistant, "<think>\nso\n</think>\n\nb")];

    public static TheoryData<Thinking, bool, string[]> Turns => new()
    {
        { Thinking.Unsaid, false, [Asked("q"), Empty + "a<|im_end|>\n", Asked("r"), Empty + "b<|im_end|>\n"] },
        { Thinking.On, false, [Asked("q"), Empty + "a<|im_end|>\n", Asked("r"), Empty + "b<|im_end|>\n"] },
        { Thinking.Off, false, [Asked("q") + Empty, "a<|im_end|>\n", Asked("r") + Empty, "b<|im_end|>\n"] },
        { Thinking.AsGiven, false, [Asked("q") + Empty, "a<|im_end|>\n", Asked("r") + Empty, "b<|im_end|>\n"] },
        { Thinking.On, true, [Asked("q"), "<think>\nhm\n</think>\n\na<|im_end|>\n", Asked("r"), "<think>\nso\n</think>\n\nb<|im_end|>\n"] },
        { Thinking.Off, true, [Asked("q") + Empty, "a<|im_end|>\n", Asked("r") + Empty, "b<|im_end|>\n"] },
        { Thinking.AsGiven, true,
            [Asked("q"), "<think>\nhm\n</think>\n\na<|im_end|>\n", Asked("r"), "<think>\nso\n</think>\n\nb<|im_end|>\n"] },
    };

    [Theory]
    [MemberData(nameof(Turns))]
    public void Each_answer_of_a_conversation(Thinking thinking, bool thought, string[] expected)
    {
        using TinyModel model = new(null, s_markers);
        ChatFormat format = Qwen3(model, new ChatSettings { Thinking = thinking });
        Assert.Equal(expected, Texts(model, format.EncodeTurns(thought ? s_thought : s_plain)));
        // The same thoughts beside the contents.
        if (thought)
            Assert.Equal(expected, Texts(model, format.EncodeTurns(Beside("reasoning_content"))));
    }

    public static TheoryData<Thinking, bool?, string, string> Last => new()
    {
        { Thinking.On, null, Asked("q") + "a<|im_end|>\n" + Asked("r"), "<think>\nso\n</think>\n\nb<|im_end|>\n" },
        { Thinking.Off, null, Asked("q") + "a<|im_end|>\n" + Asked("r") + Empty, "b<|im_end|>\n" },
        { Thinking.AsGiven, false, Asked("q") + "a<|im_end|>\n" + Asked("r"), "<think>\nso\n</think>\n\nb<|im_end|>\n" },
        { Thinking.On, true, Asked("q") + "<think>\nhm\n</think>\n\na<|im_end|>\n" + Asked("r"), "<think>\nso\n</think>\n\nb<|im_end|>\n" },
    };

    [Theory]
    [MemberData(nameof(Last))]
    public void The_last_answer_alone_and_that_of_a_pair(Thinking thinking, bool? preserve, string prompt, string response)
    {
        using TinyModel model = new(null, s_markers);
        ChatFormat format = Qwen3(model, new ChatSettings { Thinking = thinking, PreserveThinking = preserve });
        Assert.Equal([prompt, response], Texts(model, format.EncodeTurns(s_thought, lastTurnOnly: true)));
        Assert.Equal(prompt, model.Tokenizer.Decode(format.EncodePrompt(s_thought[..3], answer: s_thought[3])));
        Assert.Equal(response, model.Tokenizer.Decode(format.EncodeResponse(s_thought[..3], s_thought[3])));
        Assert.Equal([prompt, response], Texts(model, format.EncodeTurns(Beside("thinking"), lastTurnOnly: true)));
    }

    [Theory]
    [InlineData(Thinking.Unsaid, "")]
    [InlineData(Thinking.On, "")]
    [InlineData(Thinking.Off, Empty)]
    [InlineData(Thinking.AsGiven, Empty)]
    public void A_prompt_that_is_to_be_answered(Thinking thinking, string end)
    {
        using TinyModel model = new(null, s_markers);
        Assert.Equal(
            Asked("q") + end, model.Tokenizer.Decode(Qwen3(model, new ChatSettings { Thinking = thinking }).EncodePrompt(s_plain[..1])));
    }

    [Fact]
    public void Glm_4_7_writes_an_empty_thought_by_its_end_alone()
    {
        using TinyModel model = new(null, ["[gMASK]", "<sop>", "<|user|>", "<|assistant|>", "<|observation|>", "</s>"], eos: "</s>");
        ChatFormat format = ChatFormat.ForTemplate("glm4_7", model.Tokenizer, model.Folder, new ChatSettings { Thinking = Thinking.Off });
        Assert.Equal(["[gMASK]<sop><|user|>\nq<|assistant|></think>", "\na</s>"], Texts(model, format.EncodeTurns(s_plain[..2])));
        format = ChatFormat.ForTemplate("glm4_7", model.Tokenizer, model.Folder, new ChatSettings { Thinking = Thinking.On });
        Assert.Equal(
            ["[gMASK]<sop><|user|>\nq<|assistant|>", "\n<think>hm</think>a</s>"],
            Texts(model, format.EncodeTurns([s_plain[0], s_plain[1] with { Thought = new("thinking", "hm") }])));
    }

    [Theory]
    [InlineData("reasoning_content")]
    [InlineData("reasoning")]
    [InlineData("thinking")]
    public void A_template_without_thoughts_refuses_them_by_their_key(string key)
    {
        using TinyModel model = new(null, s_markers);
        ChatException e = Assert.Throws<ChatException>(() => model.Named("chatml").EncodeTurns(Beside(key)));
        Assert.Contains($"'{key}'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_change_the_hash_and_are_told()
    {
        using TinyModel model = new(null, s_markers);
        ChatSettings[] settings =
        [
            new(), new() { Thinking = Thinking.On }, new() { Thinking = Thinking.Off }, new() { Thinking = Thinking.AsGiven },
            new() { PreserveThinking = true }, new() { SplitSpecialTokens = false },
        ];
        Assert.Equal(settings.Length, settings.Select(s => Qwen3(model, s).ContentHash).Distinct().Count());
        Assert.Equal(model.Named("qwen3").ContentHash, Qwen3(model, new ChatSettings()).ContentHash);
        Assert.Contains("enable_thinking: false", Qwen3(model, settings[2]).Describe()[^1], StringComparison.Ordinal);
        Assert.Contains(
            "do nothing", ChatFormat.ForTemplate("chatml", model.Tokenizer, model.Folder, settings[2]).Describe()[^1],
            StringComparison.Ordinal);
    }

    private static ChatFormat Qwen3(TinyModel model, ChatSettings settings) =>
        ChatFormat.ForTemplate("qwen3", model.Tokenizer, model.Folder, settings);

    private static Message[] Beside(string key) =>
        [s_plain[0], s_plain[1] with { Thought = new(key, "hm") }, s_plain[2], s_plain[3] with { Thought = new(key, "so") }];

    private static string Asked(string question) => User.Replace("{0}", question, StringComparison.Ordinal);

    private static string[] Texts(TinyModel model, IReadOnlyList<(int[] Prompt, int[] Response)> turns) =>
        [.. turns.SelectMany(t => new[] { model.Tokenizer.Decode(t.Prompt), model.Tokenizer.Decode(t.Response) })];
}
