using TraceFast.Tokenization.Training;

namespace TraceFast.Tokenization.Tests.Training;

public sealed class ByteLevelBpeTrainerTests
{
    private static readonly string[] s_texts = [
        "low low low low low", "lower lower", "newest newest newest newest newest newest", "widest widest widest", "日本 日本", "it's 42"];

    [Fact]
    public void Merges_follow_pair_counts_worked_by_hand()
    {
        // Pieces with their counts: low 1, " low" 4, lower 1, " lower" 1, newest 1, " newest" 5, widest 1, " widest" 2.
        // e-s and s-t stand 9 times; e-s has the smaller ids. Then es-t 9 times; then l-o 7, of which o-w 7 too: l-o first.
        LearnedBpe learned = ByteLevelBpeTrainer.Train(s_texts[..4], 256 + 1 + 4, ["<|end|>"]);
        Assert.Equal([("e", "s"), ("es", "t"), ("l", "o"), ("lo", "w")], learned.Merges);
        Assert.Equal("<|end|>", learned.Tokens[0]);
        Assert.Equal(261, learned.Tokens.Count);
    }

    [Fact]
    public void The_written_file_loads_and_round_trips()
    {
        string folder = Directory.CreateTempSubdirectory("bpe").FullName;
        ByteLevelBpeTrainer.Train(s_texts, 300, ["<|end|>", "<|start|>"]).WriteTokenizerJson(Path.Combine(folder, "tokenizer.json"));
        Tokenizer tokenizer = Tokenizer.Load(folder);
        foreach (string text in s_texts.Append("Unseen: Ωmega 🙂\n\ttabs"))
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.Equal([1, .. tokenizer.Encode(" low")], tokenizer.Encode("<|start|> low"));
        Assert.True(tokenizer.Encode(" newest").Length < 7, "the learned merges are used");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_same_texts_give_the_same_vocabulary_in_any_order()
    {
        LearnedBpe first = ByteLevelBpeTrainer.Train(s_texts, 290, ["<|end|>"]);
        LearnedBpe second = ByteLevelBpeTrainer.Train(s_texts.Reverse(), 290, ["<|end|>"]);
        Assert.Equal(first.Tokens, second.Tokens);
        Assert.Equal(first.Merges, second.Merges);
    }

    [Fact]
    public void A_vocabulary_without_room_for_the_bytes_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ByteLevelBpeTrainer.Train(s_texts, 256, ["<|end|>"]));
}
