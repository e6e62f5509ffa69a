using System.Text.Json.Nodes;
using Microsoft.ML.Tokenizers;
using TraceFast.Data;
using TraceFast.Tokenization.Chat;

namespace TraceFast.Tokenization.Tests;

/// <summary>tokenizer.model files, read as transformers converts them.</summary>
public class SentencePieceTests
{
    private const string NewReading =
        """{"tokenizer_class": "LlamaTokenizer", "legacy": false, "add_bos_token": true, "bos_token": "<s>", "eos_token": "</s>"}""";

    [Fact]
    public void A_model_made_from_a_tokenizer_json_gives_its_ids_and_texts()
    {
        string json = Path.Combine(Oracles.Require("models", "stories260k"), "tokenizer.json");
        using TemporaryFolder folder = new();
        Tokenizer own = Load(folder, SentencePieceModel.Of(json));
        Tokenizer expected = Tokenizer.Load(json);
        RandomText texts = new(3, RandomText.AddedTokens(json));
        for (int i = 0; i < 3000; i++)
        {
            string text = texts.Next();
            int[] ids = expected.Encode(text);
            Assert.Equal(ids, own.Encode(text));
            Assert.Equal([1, .. ids], own.Encode(text, addSpecialTokens: true));
            Assert.Equal(expected.Decode(ids), own.Decode(ids));
            Assert.Equal(expected.Decode(ids, skipSpecial: true), own.Decode(ids, skipSpecial: true));
        }
        Assert.Equal(expected.VocabularySize, own.VocabularySize);
        Assert.Equal(expected.SpecialIds.Order(), own.SpecialIds.Order());
    }

    [Fact]
    public void The_pair_of_the_highest_score_is_merged_first()
    {
        Random random = new(5);
        for (int round = 0; round < 30; round++)
        {
            SentencePieceModel model = new();
            List<string> pool = ["a", "b", "c", "é", "𝐀"];
            for (int i = 0; i < 30; i++)
            {
                string piece = pool[random.Next(pool.Count)] + pool[random.Next(pool.Count)];
                if (piece.Length < 9 && !pool.Contains(piece))
                    pool.Add(piece);
            }
            for (int i = 0; i < pool.Count; i++)
                model.Pieces.Add((pool[i], -i, SentencePieceModel.Normal));
            using TemporaryFolder folder = new();
            folder.Write("tokenizer_config.json", """{"add_prefix_space": false}""");
            Tokenizer own = Load(folder, model);
            for (int t = 0; t < 30; t++)
            {
                string text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => pool[random.Next(5)]));
                Assert.Equal(ByDefinition(text, pool), own.Encode(text).Select(id => own.IdToToken(id)!));
            }
        }
    }

    [Theory]
    [InlineData(SentencePieceModel.BytePairs, null)]
    [InlineData(SentencePieceModel.BytePairs, NewReading)]
    [InlineData(SentencePieceModel.BytePairs, null, "<0xE2>")]
    [InlineData(SentencePieceModel.Unigram, null)]
    [InlineData(SentencePieceModel.Unigram, NewReading)]
    [InlineData(SentencePieceModel.Unigram, null, "<0xE2>")]
    public void Special_tokens_spaces_and_bytes_are_as_in_the_library(int modelType, string? config, string? lackingByte = null)
    {
        SentencePieceModel model = new() { ModelType = modelType };
        model.AddBytes();
        model.Pieces.RemoveAll(p => p.Piece == lackingByte);
        foreach (string piece in new[] { "▁", "a", "b", "e", "h", "t", "th", "the", "▁the", "▁a", "▁▁", "-", "--", "----" })
            model.Pieces.Add((piece, -model.Pieces.Count / 7f, SentencePieceModel.Normal));
        model.Pieces.Add(("[user]", 0, SentencePieceModel.UserDefined));
        using TemporaryFolder folder = new();
        if (config is not null)
            folder.Write("tokenizer_config.json", config);
        Tokenizer own = Load(folder, model);
        using RustLibrary library = new(folder.Write("as.json", Converted(model, config is null).Json()));
        RandomText texts = new(4, ["<s>", "</s>", "<unk>", "[user]"]);
        Assert.Empty(library.Differences(own, Enumerable.Range(0, 3000).Select(_ => texts.Next())).Take(5));
        Assert.Equal(config is null ? "▁a" : "a", own.IdToToken(own.Encode("<s>a")[1]));
    }

    [Fact]
    public void The_files_beside_the_model_add_tokens_and_a_chat_template()
    {
        string json = Path.Combine(Oracles.Require("models", "stories260k"), "tokenizer.json");
        using TemporaryFolder folder = new();
        folder.Write("tokenizer_config.json", """
            {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "<|end|>", "additional_special_tokens": ["<|user|>"],
             "added_tokens_decoder": {"512":
               {"content": "<|end|>", "lstrip": false, "normalized": false, "rstrip": true, "single_word": false, "special": true}},
             "chat_template": "{{ bos_token }}{% for m in messages %}<|user|>{{ m['content'] }}<|end|>\n{% endfor %}"}
            """);
        Tokenizer own = Load(folder, SentencePieceModel.Of(json));
        Assert.Equal((512, 513), (own.TokenToId("<|end|>"), own.TokenToId("<|user|>")));
        Assert.Equal([513, .. own.Encode("once"), 512, .. own.Encode("upon")], own.Encode("<|user|>once<|end|>  upon"));
        int[] ids = ChatFormat.FromModel(folder.Path, own).EncodePrompt([new Message(Role.User, "once <|end|>")]);
        Assert.Equal([1, 513], ids[..2]);
        Assert.Equal(1, ids.Count(id => id == 512));
    }

    [Fact]
    public void A_tokenizer_json_beside_the_model_is_preferred()
    {
        using TemporaryFolder folder = new();
        folder.Write("tokenizer.json", SmallTokenizer.ByteLevel().Json());
        Load(folder, SmallModel());
        Assert.EndsWith("tokenizer.json", Tokenizer.Load(folder.Path).Path, StringComparison.Ordinal);
        Assert.EndsWith("tokenizer.model", Tokenizer.Load(folder["tokenizer.model"]).Path, StringComparison.Ordinal);
        Assert.True(Tokenizer.IsIn(folder.Path));
        File.Delete(folder["tokenizer.json"]);
        Assert.EndsWith("tokenizer.model", Tokenizer.Load(folder.Path).Path, StringComparison.Ordinal);
        File.Delete(folder["tokenizer.model"]);
        Assert.False(Tokenizer.IsIn(folder.Path));
    }

    [Fact]
    public void Models_that_transformers_reads_otherwise_are_refused_by_name()
    {
        Refused("remove_extra_whitespaces", m => m.RemoveExtraWhitespaces = true);
        Refused("normalization rule \"identity\"", m => m.CharacterMap = [0, 0, 0, 0]);
        Refused("add_dummy_prefix", m => m.AddDummyPrefix = false);
        Refused("model_type", m => m.ModelType = 3);
        Refused("unk_id", m => m.Pieces[0] = ("<unk>", 0, SentencePieceModel.Normal));
        Refused("a second time", m => m.Pieces.Add(m.Pieces[^1]));
        Refused("score", m => m.Pieces.Add(("x", float.NaN, SentencePieceModel.Normal)));
        Refused("characters", m => m.Pieces.Add((new string('x', 300), 0, SentencePieceModel.Normal)));
        Refused("T5Tokenizer", _ => { }, """{"tokenizer_class": "T5Tokenizer"}""");
        Refused("no token \"<s>\"", m => m.Pieces[1] = ("<b>", 0, SentencePieceModel.Control));
        Refused("with id 999", _ => { }, """{"added_tokens_decoder": {"999": {"content": "x"}}}""");
        Refused("key \"x\"", _ => { }, """{"added_tokens_decoder": {"x": {"content": "x"}}}""");
    }

    [Fact]
    public void Damaged_models_work_or_give_a_typed_error()
    {
        using TemporaryFolder folder = new();
        byte[] whole = SmallModel().ToBytes();
        Random random = new(6);
        int errors = 0;
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = random.Next(3) == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (int change = random.Next(4); change > 0 && bytes.Length > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(folder["tokenizer.model"], bytes);
            try
            {
                Tokenizer.Load(folder.Path).Encode("the cat\n世界 <s>");
            }
            catch (InputException e)
            {
                Assert.Contains("tokenizer.model", e.Message, StringComparison.Ordinal);
                errors++;
            }
        }
        Assert.InRange(errors, 50, 299);
    }

    /// <summary>
    /// Microsoft's SentencePieceTokenizer is right on short texts without a letter three times in a row: of equal scores it does not
    /// always merge the leftmost pair, and it sums Unigram scores in single precision. It splits no special tokens off.
    /// </summary>
    [Theory]
    [InlineData(SentencePieceModel.BytePairs)]
    [InlineData(SentencePieceModel.Unigram)]
    public void Microsofts_reading_of_the_same_file_gives_the_same_ids(int modelType)
    {
        SentencePieceModel model = new() { ModelType = modelType };
        // Bytes of type BYTE get wrong ids in its Unigram models.
        if (modelType == SentencePieceModel.BytePairs)
            model.AddBytes();
        foreach (string piece in new[] { "▁", "a", "b", "e", "h", "t", "th", "the", "▁the", "▁a", "▁b", "eh", "ab", "hat" })
            model.Pieces.Add((piece, -1 - model.Pieces.Count / 7f, SentencePieceModel.Normal));
        using TemporaryFolder folder = new();
        Tokenizer own = Load(folder, model);
        using FileStream file = File.OpenRead(folder["tokenizer.model"]);
        SentencePieceTokenizer microsofts = SentencePieceTokenizer.Create(file, addBeginningOfSentence: false, addEndOfSentence: false);
        Random random = new(7);
        int compared = 0;
        for (int i = 0; i < 3000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => "abeht the"[random.Next(9)]));
            if (Enumerable.Range(2, Math.Max(0, text.Length - 2)).Any(j => text[j] == text[j - 1] && text[j] == text[j - 2]))
                continue;
            Assert.Equal(microsofts.EncodeToIds(text), own.Encode(text));
            compared++;
        }
        Assert.InRange(compared, 1000, 3000);
    }

    private static SentencePieceModel SmallModel()
    {
        SentencePieceModel model = new();
        model.AddBytes();
        foreach (string piece in new[] { "▁", "t", "h", "e", "th", "the", "▁the" })
            model.Pieces.Add((piece, -model.Pieces.Count, SentencePieceModel.Normal));
        return model;
    }

    private static Tokenizer Load(TemporaryFolder folder, SentencePieceModel model)
    {
        File.WriteAllBytes(folder["tokenizer.model"], model.ToBytes());
        return Tokenizer.Load(folder["tokenizer.model"]);
    }

    private static void Refused(string what, Action<SentencePieceModel> change, string? config = null)
    {
        SentencePieceModel model = SmallModel();
        change(model);
        using TemporaryFolder folder = new();
        if (config is not null)
            folder.Write("tokenizer_config.json", config);
        string message = Assert.Throws<InputException>(() => Load(folder, model)).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, message, StringComparison.Ordinal);
    }

    private static List<string> ByDefinition(string text, List<string> pool)
    {
        List<string> symbols = [.. text.EnumerateRunes().Select(r => r.ToString())];
        while (true)
        {
            int at = Enumerable.Range(0, symbols.Count - 1).Where(i => pool.Contains(symbols[i] + symbols[i + 1]))
                .OrderBy(i => pool.IndexOf(symbols[i] + symbols[i + 1])).FirstOrDefault(-1);
            if (at < 0)
                return symbols;
            symbols[at] += symbols[at + 1];
            symbols.RemoveAt(at + 1);
        }
    }

    /// <summary>What transformers' LlamaConverter writes for the model, by hand.</summary>
    private static JsonObject Converted(SentencePieceModel model, bool legacy)
    {
        JsonArray added = new([.. model.Pieces.Take(3).Select((p, id) => (JsonNode)SmallTokenizer.Added(id, p.Piece))]);
        added.Add((JsonNode)SmallTokenizer.Added(model.Pieces.Count - 1, "[user]", special: false));
        JsonObject json = JsonNode.Parse("""
            {
              "version": "1.0",
              "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
              "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false},
              "post_processor": {"type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
              "decoder": {"type": "Sequence", "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
              "model": {"byte_fallback": true}
            }
            """)!.AsObject();
        json["added_tokens"] = added;
        json[legacy ? "pre_tokenizer" : "normalizer"] = null;
        JsonNode inner = json["model"]!;
        if (model.ModelType == SentencePieceModel.Unigram)
        {
            inner["type"] = "Unigram";
            inner["unk_id"] = 0;
            inner["vocab"] = new JsonArray(
                [.. model.Pieces.Select((p, id) => (JsonNode)new JsonArray(p.Piece, id < 3 ? 0 : (double)p.Score))]);
        }
        else
        {
            inner["type"] = "BPE";
            inner["unk_token"] = "<unk>";
            inner["fuse_unk"] = true;
            inner["vocab"] = new JsonObject(model.Pieces.Select((p, id) => KeyValuePair.Create(p.Piece, (JsonNode?)id)));
            inner["merges"] = JsonNode.Parse(
                """[["t", "h"], ["th", "e"], ["▁", "the"], ["▁", "a"], ["▁", "▁"], ["-", "-"], ["--", "--"]]""");
        }
        return json;
    }
}
