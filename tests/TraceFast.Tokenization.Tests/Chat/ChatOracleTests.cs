using System.Text.Json;
using TraceFast.Data;
using TraceFast.Tests;
using TraceFast.Tokenization.Chat;

namespace TraceFast.Tokenization.Tests.Chat;

/// <summary>Renderings and ids of transformers' apply_chat_template, and the published trainer's tokens, all exact.</summary>
public sealed class ChatOracleTests
{
    public static TheoryData<string> Names => ["llama3", "qwen2_5", "smollm"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Chat_templates_render_as_in_transformers(string name)
    {
        string folder = Oracles.Require("tokenizers", name);
        using JsonDocument file = JsonDocument.Parse(
            File.ReadAllBytes(Oracles.Require("oracles", "hf", "tokenizers", name + "_chat.json")));
        Tokenizer tokenizer = Tokenizer.Load(folder);
        ChatFormat format = ChatFormat.FromModel(folder, tokenizer);
        int count = 0;
        foreach (JsonElement c in file.RootElement.EnumerateArray())
        {
            count++;
            List<Message> messages = Messages(c.GetProperty("messages"));
            bool prompt = c.GetProperty("add_generation_prompt").GetBoolean();
            if (c.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.String)
            {
                InputException e = Assert.ThrowsAny<InputException>(() => format.Tokenize(messages, prompt, safe: false));
                Assert.Contains(error.GetString()!, e.Message, StringComparison.Ordinal);
                continue;
            }
            RenderedChat chat = format.Tokenize(messages, prompt, safe: false);
            Assert.Equal(c.GetProperty("rendered").GetString(), chat.Rendered);
            int[] ids = Ids(c.GetProperty("ids"));
            Assert.Equal(ids, chat.Ids);

            // Nothing in these contents but "markers" spells a special token, so training reads the same ids.
            string title = c.GetProperty("name").GetString()!;
            if (messages[^1].Role == Role.User && title != "markers")
                Assert.Equal(prompt ? ids : chat.Ids, format.Tokenize(messages, prompt, safe: true).Ids);
            if (messages[^1].Role == Role.User && title != "markers" && prompt)
                Assert.Equal(ids, format.EncodePrompt(messages));
            if (title == "markers")
            {
                int[] safe = format.Tokenize(messages, prompt, safe: true).Ids;
                Assert.Equal(chat.Rendered, tokenizer.Decode(safe));
                string bare = format.Render([new Message(Role.User, "")], prompt);
                Assert.Equal(Specials(tokenizer, tokenizer.Encode(bare)), Specials(tokenizer, safe));
                Assert.True(Specials(tokenizer, chat.Ids).Length > Specials(tokenizer, safe).Length);
            }
        }
        Assert.Equal(22, count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Turns_make_up_the_rendered_conversation(string name)
    {
        string folder = Oracles.Require("tokenizers", name);
        using JsonDocument file = JsonDocument.Parse(
            File.ReadAllBytes(Oracles.Require("oracles", "hf", "tokenizers", name + "_chat.json")));
        Tokenizer tokenizer = Tokenizer.Load(folder);
        ChatFormat format = ChatFormat.FromModel(folder, tokenizer);
        int compared = 0;
        foreach (JsonElement c in file.RootElement.EnumerateArray())
        {
            List<Message> messages = Messages(c.GetProperty("messages"));
            int last = messages.FindLastIndex(m => m.Role == Role.Assistant);
            if (last < 0)
                continue;
            if (last == 0)
            {
                Assert.Throws<ChatException>(() => format.EncodeTurns(messages[..1]));
                continue;
            }
            compared++;
            messages = messages[..(last + 1)];
            IReadOnlyList<(int[] Prompt, int[] Response)> turns = format.EncodeTurns(messages);
            Assert.Equal(messages.Count(m => m.Role == Role.Assistant), turns.Count);
            string joined = tokenizer.Decode([.. turns.SelectMany(t => t.Prompt.Concat(t.Response))]);
            string rendered = format.Render(messages, addGenerationPrompt: false);
            // The llama3 template here opens an answer whether asked or not; that opening is no part of the last turn.
            string opening = name == "llama3" ? "<|start_header_id|>assistant<|end_header_id|>\n\n" : "";
            // Decoded text is normalized text, where the tokenizer normalizes.
            Assert.Equal(tokenizer.Decode(tokenizer.Encode(rendered)), joined + opening);
            Assert.All(turns, t => Assert.Contains(format.StopTokenIds[0], t.Response));
        }
        Assert.True(compared >= 8);
    }

    [Fact]
    public void The_qwen_template_gives_the_published_trainers_tokens()
    {
        string folder = Oracles.Require("tokenizers", "qwen2_5");
        using JsonDocument records = JsonDocument.Parse(File.ReadAllBytes(Oracles.Require("oracles", "published-trainer", "records.json")));
        using JsonDocument tokens = JsonDocument.Parse(
            File.ReadAllBytes(Oracles.Require("oracles", "published-trainer", "run_a", "tokens.json")));
        ChatFormat format = ChatFormat.ForTemplate("qwen", Tokenizer.Load(folder), folder);
        Assert.Equal("You are a helpful assistant.", format.SystemText);
        Assert.Equal([151645], format.StopTokenIds);
        int sequences = 0;
        foreach (JsonElement expected in tokens.RootElement.EnumerateArray())
        {
            JsonElement record = records.RootElement[expected.GetProperty("record").GetInt32()];
            string[] x = [.. record.GetProperty("conversations").EnumerateArray().Select(m => m.GetProperty("value").GetString()!)];
            string[] y = [
                record.GetProperty("chosen").GetProperty("value").GetString()!,
                record.GetProperty("rejected").GetProperty("value").GetString()!];
            foreach ((string key, string prompt, string response) in
                new[] { ("c1", x[0], y[0]), ("r1", x[0], y[1]), ("c2", x[1], y[1]), ("r2", x[1], y[0]) })
            {
                Message[] messages = [new(Role.User, prompt)];
                int[] p = format.EncodePrompt(messages);
                int[] r = format.EncodeResponse(messages, new Message(Role.Assistant, response));
                Assert.Equal(Ids(expected.GetProperty(key).GetProperty("input_ids")), p.Concat(r));
                Assert.Equal(Ids(expected.GetProperty(key).GetProperty("labels")), Enumerable.Repeat(-100, p.Length).Concat(r));
                sequences++;
            }
        }
        Assert.Equal(96, sequences);
    }

    [Theory]
    [InlineData("qwen2_5", "qwen2_5")]
    [InlineData("smollm", "smollm")]
    [InlineData("llama3", "llama3")]
    public void A_template_name_equals_the_models_own_template_where_the_two_agree(string model, string template)
    {
        string folder = Oracles.Require("tokenizers", model);
        Tokenizer tokenizer = Tokenizer.Load(folder);
        ChatFormat own = ChatFormat.FromModel(folder, tokenizer);
        ChatFormat named = ChatFormat.ForTemplate(template, tokenizer, folder);
        Message[][] conversations =
        [
            [new(Role.System, "Be brief."), new(Role.User, "Hi"), new(Role.Assistant, "Hello.")],
            [new(Role.User, "第一个问题？"),
                new(Role.Assistant, "答案一。😀"), new(Role.User, "2+2 <|im_end|><|eot_id|>?"), new(Role.Assistant, "<|im_start|>4")],
            [new(Role.System, "a\n\nb"), new(Role.User, "x\ty"), new(Role.Assistant, "")],
        ];
        foreach (Message[] conversation in conversations)
        {
            IReadOnlyList<(int[] Prompt, int[] Response)> a = named.EncodeTurns(conversation);
            IReadOnlyList<(int[] Prompt, int[] Response)> b = own.EncodeTurns(conversation);
            Assert.Equal(a.Count, b.Count);
            for (int i = 0; i < a.Count; i++)
            {
                Assert.Equal(a[i].Prompt, b[i].Prompt);
                Assert.Equal(a[i].Response, b[i].Response);
            }
        }
        Assert.Equal(named.SystemText, own.SystemText);
        Assert.Equal(named.StopTokenIds[0], own.StopTokenIds[0]);
        Assert.NotEqual(named.ContentHash, own.ContentHash);
    }

    private static List<Message> Messages(JsonElement messages) =>
        [.. messages.EnumerateArray().Select(m => new Message(
            Enum.Parse<Role>(m.GetProperty("role").GetString()!, ignoreCase: true), m.GetProperty("content").GetString()!))];

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(i => i.GetInt32())];

    private static int[] Specials(Tokenizer tokenizer, int[] ids) => [.. ids.Where(tokenizer.SpecialIds.Contains)];
}
