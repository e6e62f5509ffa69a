using System.Text.Json.Nodes;

namespace TraceFast.Tokenization.Tests;

/// <summary>Merging by heap against merging by the definition, one pair at a time, on random merges and words.</summary>
public class BytePairTests
{
    [Fact]
    public void Merges_as_the_definition_says()
    {
        Random random = new(11);
        for (int i = 0; i < 300; i++)
        {
            List<string> tokens = new() { "a", "b", "c", "d" };
            List<(string Left, string Right)> merges = new();
            for (int m = random.Next(1, 20); m > 0; m--)
            {
                (string left, string right) = (tokens[random.Next(tokens.Count)], tokens[random.Next(tokens.Count)]);
                if (left.Length + right.Length > 12 || merges.Contains((left, right)))
                    continue;
                merges.Add((left, right));
                if (!tokens.Contains(left + right))
                    tokens.Add(left + right);
            }
            Tokenizer tokenizer = SmallTokenizer.Load(Json(tokens, merges));
            for (int w = 0; w < 20; w++)
            {
                string word = new([.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => (char)('a' + random.Next(4)))]);
                Assert.Equal(ByDefinition(word, merges), tokenizer.Encode(word).Select(id => tokenizer.IdToToken(id)!));
            }
        }
    }

    [Fact]
    public void Ignore_merges_takes_a_whole_word_that_is_a_token()
    {
        JsonObject json = Json(["a", "b", "ab", "aba"], [("a", "b")]);
        Assert.Equal([2, 0], SmallTokenizer.Load(json).Encode("aba"));
        json["model"]!["ignore_merges"] = true;
        Assert.Equal([3], SmallTokenizer.Load(json).Encode("aba"));
    }

    [Fact]
    public void Merges_may_be_written_as_text_or_as_pairs()
    {
        JsonObject pairs = Json(["a", "b", "ab"], [("a", "b")]);
        JsonObject lines = Json(["a", "b", "ab"], []);
        lines["model"]!["merges"] = new JsonArray("#version: 0.2", "a b");
        Assert.Equal(SmallTokenizer.Load(pairs).Encode("abba"), SmallTokenizer.Load(lines).Encode("abba"));
        Assert.Equal([2, 1, 0], SmallTokenizer.Load(lines).Encode("abba"));
    }

    [Fact]
    public void Unknown_characters_are_dropped_marked_or_fused()
    {
        JsonObject json = Json(["a", "<unk>"], []);
        Assert.Equal([0], SmallTokenizer.Load(json).Encode("xya"));
        json["model"]!["unk_token"] = "<unk>";
        Assert.Equal([1, 1, 0], SmallTokenizer.Load(json).Encode("xya"));
        json["model"]!["fuse_unk"] = true;
        Assert.Equal([1, 0, 1], SmallTokenizer.Load(json).Encode("xyax"));
        json["model"]!["unk_token"] = "<none>";
        Tokenizer lacking = SmallTokenizer.Load(json);
        Assert.Equal([0], lacking.Encode("a"));
        Assert.Contains("<none>", Assert.Throws<Data.InputException>(() => lacking.Encode("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_content_hash_follows_what_determines_ids()
    {
        JsonObject json = SmallTokenizer.ByteLevel();
        string hash = SmallTokenizer.Load(json).ContentHash;
        Assert.Equal(64, hash.Length);
        json["decoder"] = null;
        json["padding"] = SmallTokenizer.Type("none");
        Assert.Equal(hash, SmallTokenizer.Load(json).ContentHash);
        json["normalizer"] = null;
        string without = SmallTokenizer.Load(json).ContentHash;
        Assert.NotEqual(hash, without);
        json["model"]!["ignore_merges"] = true;
        Assert.NotEqual(without, SmallTokenizer.Load(json).ContentHash);
    }

    private static List<string> ByDefinition(string word, List<(string Left, string Right)> merges)
    {
        List<string> symbols = [.. word.Select(c => c.ToString())];
        while (true)
        {
            int best = int.MaxValue;
            int at = -1;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                int rank = merges.IndexOf((symbols[i], symbols[i + 1]));
                if (rank >= 0 && rank < best)
                    (best, at) = (rank, i);
            }
            if (at < 0)
                return symbols;
            symbols[at] += symbols[at + 1];
            symbols.RemoveAt(at + 1);
        }
    }

    private static JsonObject Json(IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges)
    {
        JsonObject vocabulary = new();
        foreach (string token in tokens)
            vocabulary[token] = vocabulary.Count;
        return new JsonObject
        {
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. merges.Select(m => (JsonNode)new JsonArray(m.Left, m.Right))]),
            },
        };
    }
}
